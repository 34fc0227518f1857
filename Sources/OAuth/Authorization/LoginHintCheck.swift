import Model

/// `login_hint` may say who will sign in. It is a hint: what is no e-mail address is left out.
enum LoginHintCheck {
    static func hint(of parameters: AuthorizationParameters) -> String? {
        parameters["login_hint"].flatMap { EmailAddress($0)?.text }
    }
}

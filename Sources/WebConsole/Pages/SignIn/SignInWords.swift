import HTTPTypes
import ProductDefinition
import SignIn

/// What is said to who could not be signed in. Never which part was wrong.
enum SignInWords {
    /// What a page asked for.
    enum Asked: Hashable, Sendable {
        case emailAndPassword
        /// The password of whom the page names.
        case password
        case passwordAndCode
        case code
        case recoveryCode

        fileprivate var wrong: String {
            switch self {
            case .emailAndPassword: "Wrong e-mail or password."
            case .password: "Wrong password."
            case .passwordAndCode: "Wrong password or code, or the code was already used. Wait for the next one."
            case .code: "Wrong code, or it was already used. Wait for the next one."
            case .recoveryCode: "Wrong recovery code, or it was already used."
            }
        }

        fileprivate var fields: Set<Notice.Field> {
            switch self {
            // Neither is called wrong: it is not said which is.
            case .emailAndPassword: []
            case .password: [.password]
            case .passwordAndCode: [.password, .code]
            case .code, .recoveryCode: [.code]
            }
        }
    }

    /// What a form that is shown again says.
    ///
    /// - Parameter link: What can be done about what was wrong.
    static func notice(
        of refusal: SignInRefusal, to asked: Asked, _ words: ProductWords, link: PageLink? = nil
    ) -> Notice {
        switch refusal {
        case .wrong: .bad(asked.wrong, about: asked.fields, link: link)
        case .throttled, .busy: .caution(text(of: refusal, words))
        case .expired, .suspended, .reauthenticationRequired, .unavailable: .bad(text(of: refusal, words))
        }
    }

    static func text(of refusal: SignInRefusal, _ words: ProductWords) -> String {
        switch refusal {
        case .wrong: "That’s not right. Check what you entered and try again."
        case .throttled(let seconds): "Too many attempts. Try again in \(duration(seconds))."
        case .busy: "Many people are signing in right now. Try again in a moment."
        case .expired: "It has expired or was already used. Start again."
        case .suspended: "This \(words[.account].singular) is suspended. Ask whoever runs it for you."
        case .reauthenticationRequired: "Sign in again first."
        case .unavailable: "This isn’t possible here. Ask an admin of your \(words[.organization].singular)."
        }
    }

    /// The status of a page that is shown again with a refusal on it.
    static func status(of refusal: SignInRefusal) -> HTTPResponse.Status {
        switch refusal {
        case .throttled: .tooManyRequests
        case .busy: .serviceUnavailable
        case .wrong, .expired, .suspended, .reauthenticationRequired, .unavailable: .unprocessableContent
        }
    }

    static func duration(_ seconds: Int) -> String {
        switch seconds {
        case ...1: "a second"
        case ..<120: "\(seconds) seconds"
        // Rounded up: who comes back then is let try.
        default: "\((seconds - 1) / 60 + 1) minutes"
        }
    }
}

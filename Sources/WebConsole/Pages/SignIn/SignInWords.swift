import HTTPTypes
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
            case .emailAndPassword: "E-mail or password is not right."
            case .password: "The password is not right."
            case .passwordAndCode:
                "Password or code is not right, or the code was used already. Wait for the next one."
            case .code: "That code is not right, or was used already. Wait for the next one."
            case .recoveryCode: "That recovery code is not right, or was used already."
            }
        }

        fileprivate var fields: Set<Notice.Field> {
            switch self {
            case .emailAndPassword: [.email, .password]
            case .password: [.password]
            case .passwordAndCode: [.password, .code]
            case .code, .recoveryCode: [.code]
            }
        }
    }

    /// The notice above a form that is shown again.
    static func notice(of refusal: SignInRefusal, to asked: Asked) -> Notice {
        refusal == .wrong ? .bad(asked.wrong, about: asked.fields) : .bad(text(of: refusal))
    }

    static func text(of refusal: SignInRefusal) -> String {
        switch refusal {
        case .wrong: "That is not right. Check what you typed and try again."
        case .throttled(let seconds): "There were too many attempts. Try again in \(duration(seconds))."
        case .busy: "Many people are signing in just now. Try again in a moment."
        case .expired: "This took too long, or it was used already. Start again."
        case .suspended: "The account is suspended. Ask those who run it for you."
        case .reauthenticationRequired: "Sign in again first."
        case .unavailable: "This cannot be done here. Ask an admin of your organization."
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

import HTTPTypes
import SignIn

/// What is said to who could not be signed in. Never which part was wrong.
enum SignInWords {
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

    private static func duration(_ seconds: Int) -> String {
        switch seconds {
        case ...1: "a second"
        case ..<120: "\(seconds) seconds"
        default: "\(seconds / 60 + 1) minutes"
        }
    }
}

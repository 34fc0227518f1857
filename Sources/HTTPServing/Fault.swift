import Persistence
import Verification

/// Why a request is not answered although nothing is wrong with it. Each has one status, whichever way the request came.
enum Fault: Error {
    /// Too much that does not exist was looked up lately: 429 (``LookUpLimit``).
    case tooManyLookUps
    /// The database cannot be asked, or the server ends: 503, and the same request may succeed a moment later.
    case unavailable
    /// A mistake of ours: 500.
    case mistake

    /// What an error says of us that is no refusal.
    init(_ error: any Error) {
        switch error {
        case is LookUpRefused: self = .tooManyLookUps
        case let error as StoreError where error.isTemporary: self = .unavailable
        case is CancellationError: self = .unavailable
        default: self = .mistake
        }
    }
}

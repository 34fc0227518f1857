/// Why a token or a client was refused, before a provider says so in its own words.
enum Refused: Error {
    case missing(String)
    case wrongClient
    case unknownCode
    case usedCode
    case expiredCode
    case wrongRedirect
    case wrongVerifier
    case unsupportedGrant
    /// No token of ours, or one of another client.
    case unknownToken
    case expired
    /// A refresh token that was used before.
    case replayed
    case ended(Grant.Ending)
    /// It has not lived long enough to be renewed.
    case tooYoung
    case scopeMissing(String)
    case noQuota
    case notFound
    case wrongMethod
    case full
}

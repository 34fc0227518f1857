import CredentialFormat
import Model

/// One of ten codes that each let a member in once who has lost their authenticator: 80 bits in base32, in four groups.
enum RecoveryCode {
    static let count = 10
    private static let length = 16

    /// A fresh one, as it is shown.
    static func make() -> String {
        let text = Array(Base32.text(RandomText.bytes(10)).lowercased())
        return stride(from: 0, to: length, by: 4).map { String(text[$0..<($0 + 4)]) }.joined(separator: "-")
    }

    /// What is kept of it.
    static func digest(of code: String, _ member: ID<Member>, under pepper: Pepper) -> SecretDigest {
        pepper.digest(of: "recovery code 1: \(member) \(code.filter { $0 != "-" })".utf8)
    }

    /// The code as it was shown, however it was typed; nil for what cannot be one.
    static func normalized(_ text: String) -> String? {
        guard text.utf8.count <= 64 else { return nil }
        let code = text.lowercased().filter { $0 != "-" && $0 != " " }
        guard code.utf8.count == length,
            code.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x32...0x37).contains($0) })
        else { return nil }
        return code
    }
}

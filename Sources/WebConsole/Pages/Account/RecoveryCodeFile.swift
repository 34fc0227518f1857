import Policy
import TextForms

/// Recovery codes as a file that a link holds: nothing has to be asked for again, and no script makes it.
enum RecoveryCodeFile {
    /// A `data:` URL (RFC 2397).
    static func address(of codes: [String], product: String) -> String {
        let text =
            (["Recovery codes for \(product). Each signs you in once.", ""] + codes).joined(separator: "\n") + "\n"
        return "data:text/plain;charset=utf-8,\(PercentEscape.value(text))"
    }
}

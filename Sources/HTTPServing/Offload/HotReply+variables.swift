import HTTPTypes
import NIOCore

/// A reply as HAProxy's variables, by SPOP's actions (SPOE.txt §3.4). They are the transaction's, so no other request sees them.
extension HotReply {
    /// Variable → the header field whose value it has.
    private static let variables: [(name: StaticString, field: StaticString)] = [
        ("subject", "X-Auth-Subject"), ("client", "X-Auth-Client"), ("credential", "X-Auth-Credential"),
        ("credential_type", "X-Auth-Credential-Type"), ("account", "X-Auth-Account"),
        ("organization", "X-Auth-Organization"), ("organization_path", "X-Auth-Organization-Path"),
        ("contact", "X-Auth-Contact"), ("scopes", "X-Auth-Scopes"), ("challenge", "WWW-Authenticate"),
        ("reason", "X-Auth-Reason"), ("retry_after", "Retry-After"),
        ("rate_limit", "RateLimit"), ("rate_limit_policy", "RateLimit-Policy"),
        ("deprecation", "Deprecation"), ("sunset", "Sunset"),
    ]

    /// The action that sets a variable of the transaction: its number, how many arguments it has, and the first of these.
    private static let setsVariable: [UInt8] = [1, 3, 2]

    func writeVariables(to bytes: inout ByteBuffer, requestID: String) {
        // Last of all: where anything before did not arrive, nobody is let through.
        for (field, value) in fields {
            guard let variable = Self.variables.first(where: { $0.field.isSame(as: field) }) else { continue }
            Self.write(variable.name, value, to: &bytes)
        }
        Self.write("request_id", requestID, to: &bytes)
        bytes.writeBytes(Self.setsVariable)
        bytes.writeOffloadName("status")
        bytes.writeOffloadValue(UInt32(status.code))
    }

    private static func write(_ name: StaticString, _ value: String, to bytes: inout ByteBuffer) {
        bytes.writeBytes(setsVariable)
        bytes.writeOffloadName(name)
        bytes.writeOffloadValue(value)
    }
}

extension StaticString {
    fileprivate func isSame(as other: StaticString) -> Bool {
        utf8CodeUnitCount == other.utf8CodeUnitCount
            && withUTF8Buffer { text in other.withUTF8Buffer { text.elementsEqual($0) } }
    }
}

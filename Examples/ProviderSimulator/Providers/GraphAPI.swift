/// A path of the Graph API, with or without a version.
struct GraphPath {
    /// Such as `/v25.0`.
    let version: String
    let parts: [String]

    init(_ path: String) {
        var parts = path.split(separator: "/").map(String.init)
        if let first = parts.first, first.wholeMatch(of: /v\d+\.\d+/) != nil {
            version = "/" + first
            parts.removeFirst()
        } else {
            version = ""
        }
        self.parts = parts
    }

    var rest: String { "/" + parts.joined(separator: "/") }
}

/// An error as the Graph API tells it.
struct GraphError {
    let code: Int
    let subcode: Int?
    let message: String

    init(_ code: Int, _ subcode: Int?, _ message: String) {
        self.code = code
        self.subcode = subcode
        self.message = message
    }

    func reply(_ status: Int) -> Reply {
        let error: JSONValue = ["message": .text(message), "type": "OAuthException", "code": .integer(code)]
        return .json(
            ["error": error.adding("error_subcode", subcode.map { .integer($0) }).adding("fbtrace_id", "sim-trace")],
            status: status)
    }

    static func ended(_ ending: Grant.Ending) -> (code: Int, subcode: Int?, message: String) {
        let begin = "Error validating access token: "
        return switch ending {
        case .removedApp, .revoked: (190, 458, begin + "The user has not authorized application.")
        case .passwordChanged:
            (190, 460, begin + "The session has been invalidated because the user changed their password.")
        case .checkpoint:
            (
                190, 459,
                begin
                    + "You cannot access the app till you log in to www.facebook.com and follow the instructions given."
            )
        case .accountDisabled:
            (190, 464, begin + "Sessions for the user are not allowed because the user is not a confirmed user.")
        case .adminPolicy, .reauthenticationDue, .displaced, .idle, .replayed, .codeReplayed:
            (190, nil, begin + "The session is invalid.")
        }
    }
}

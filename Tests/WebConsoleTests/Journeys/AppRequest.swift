import Foundation
import TestSupport

/// Authorization requests of the demo's app.
enum AppRequest {
    /// Path and query of one.
    static func path(scope: String = "data.read", _ further: String = "") throws -> String {
        let (_, demo) = try RunningServer.current
        return "/oauth2/authorize?response_type=code&client_id=\(demo.app.id)&scope=\(scope)&state=s1"
            + "&redirect_uri=\(ServerProcess.encoded(demo.appRedirectURI))"
            + "&code_challenge=\(ProofKey.challenge)&code_challenge_method=S256\(further)"
    }

    /// The sign-in that goes on to a path.
    static func signIn(continuing path: String) -> String { "/sign-in?continue=\(ServerProcess.encoded(path))" }

    /// What a sign-in goes on to.
    static func continuation(of link: String) -> String? {
        guard link.hasPrefix("/sign-in?continue=") else { return nil }
        return String(link.dropFirst("/sign-in?continue=".count)).removingPercentEncoding
    }
}

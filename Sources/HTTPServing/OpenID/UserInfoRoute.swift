import CredentialFormat
import Hummingbird
import HTTPTypes
import Model
import NIOCore
import OAuth
import Tokens
import Verification

/// `GET` and `POST /oauth2/userinfo`: the token in the header, or by POST in the body (RFC 6750 §2), and errors in the
/// words of RFC 6750 §3.1.
struct UserInfoRoute: Sendable {
    let endpoint: UserInfoEndpoint
    let realm: String
    let now: @Sendable () -> Instant

    func respond(to request: Request, _ context: CallerContext) async throws -> Response {
        let presented: String?
        do {
            presented = try await token(of: request)
        } catch let error as OAuthError {
            context.notes.refused(by: error.rule)
            return refusal(.badRequest, error: "invalid_request", error.explanation)
        } catch is NIOTooManyBytesError {
            return refusal(.contentTooLarge, error: "invalid_request", "The body is too large.")
        }
        // RFC 6750 §3.1: no error code for who shows nothing. An object all the same, so that every 401 has a body to read.
        guard let presented else {
            return reply(
                .unauthorized, challenge: "Bearer realm=\"\(realm)\", scope=\"openid\"", body: Array("{}".utf8))
        }
        let answer: UserInfoEndpoint.Answer
        do {
            answer = try await endpoint.answer(presented, from: context.clientAddress, at: now())
        } catch is LookUpRefused {
            context.notes.refused(by: "look-up limit")
            return Response(status: .tooManyRequests, headers: [.retryAfter: "1", .cacheControl: "no-store"])
        }
        switch answer {
        case .user(let member, let claims):
            context.notes.admitted(member.description, of: nil)
            return reply(.ok, body: Self.json(member, claims))
        case .refused(let rule):
            context.notes.refused(by: rule.name)
            switch rule {
            case .scope:
                return refusal(
                    .forbidden, error: "insufficient_scope", "The token lacks the scope openid.", scope: "openid")
            case .plan:
                return refusal(
                    .forbidden, error: "insufficient_scope", "The plan of the account has no access to the API.",
                    scope: "openid")
            case .malformed, .unknown, .revoked, .disabled, .expired, .suspended, .address, .audience, .organization,
                .rate:
                return refusal(
                    .unauthorized, error: "invalid_token", "The token is not in force.", scope: "openid")
            }
        }
    }

    /// The token that the request shows, nil for none.
    ///
    /// - Throws: ``OAuthError`` `invalid_request` for two, ``NIOTooManyBytesError``.
    private func token(of request: Request) async throws -> String? {
        let header = request.headers[.authorization].flatMap { BearerField.credential($0) }
        if let field = request.headers[.authorization], BearerField.hasColon(field) {
            throw OAuthError(.invalidRequest, PresentedCredential.Fault.colon.explanation)
        }
        guard request.method == .post, Form.isType(request.headers[.contentType]) else { return header }
        let body = try await request.body.collect(upTo: Form.maximumBytes)
        let inBody = try Form(parsing: Array(body.readableBytesView))["access_token"]
        guard inBody == nil || request.headers[.authorization] == nil else {
            throw OAuthError(.invalidRequest, "Send the token in the header or in the body, not in both.")
        }
        return inBody ?? header
    }

    /// OpenID Connect Core §5.3.2.
    static func json(_ member: ID<Member>, _ claims: UserClaims) -> [UInt8] {
        JSONWriter.object { json in
            json.member("sub", member.description)
            if let name = claims.name { json.member("name", name) }
            if let username = claims.username { json.member("preferred_username", username) }
            if let email = claims.email {
                json.member("email", email)
                json.member("email_verified", claims.isEmailVerified)
            }
            if let organization = claims.organization {
                json.member("organization_id", organization.id.description)
                json.member("organization_name", organization.name)
                json.member("account_id", organization.account.description)
            }
        }
    }

    private func refusal(
        _ status: HTTPResponse.Status, error: String, _ explanation: StaticString, scope: String? = nil
    ) -> Response {
        let body = JSONWriter.object { json in
            json.member("error", error)
            json.member("error_description", explanation.description)
        }
        let wanted = scope.map { ", scope=\"\($0)\"" } ?? ""
        return reply(status, challenge: "Bearer realm=\"\(realm)\", error=\"\(error)\"\(wanted)", body: body)
    }

    private func reply(_ status: HTTPResponse.Status, challenge: String? = nil, body: [UInt8]) -> Response {
        var headers: HTTPFields = [.cacheControl: "no-store"]
        if !body.isEmpty { headers[.contentType] = "application/json" }
        headers[.wwwAuthenticate] = challenge
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: body)))
    }
}

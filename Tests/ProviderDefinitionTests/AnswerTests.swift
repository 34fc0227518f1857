import Model
import ProviderDefinition
import TextForms
import Testing

/// What a provider answered, and what that means.
struct AnswerCase: Sendable, CustomTestStringConvertible {
    let provider: String
    let purpose: RequestPurpose
    let status: Int
    let body: String
    let headers: [ProviderRequest.Header]
    /// Nil for a good answer.
    let means: ErrorClass?
    let code: String?
    let retryAfter: Int?
    var testDescription: String { "\(provider) \(status) \(body.prefix(60))" }

    init(
        _ provider: String, _ purpose: RequestPurpose, _ status: Int, _ body: String, _ means: ErrorClass?,
        code: String? = nil, headers: [ProviderRequest.Header] = [], retryAfter: Int? = nil
    ) {
        self.provider = provider
        self.purpose = purpose
        self.status = status
        self.body = body
        self.means = means
        self.code = code
        self.headers = headers
        self.retryAfter = retryAfter
    }

    private static func graph(_ code: Int, _ subcode: Int? = nil) -> String {
        let sub = subcode.map { ",\"error_subcode\":\($0)" } ?? ""
        return #"{"error":{"message":"no","type":"OAuthException","code":\#(code)\#(sub),"fbtrace_id":"A"}}"#
    }

    private static let usage = ProviderRequest.Header(
        "X-Business-Use-Case-Usage", #"{"102":[{"type":"pages","estimated_time_to_regain_access":12}]}"#)

    static let meta: [AnswerCase] = [
        AnswerCase(
            "facebook", .token, 200, #"{"access_token":"EAAnot-real","token_type":"bearer","expires_in":5183976}"#, nil),
        AnswerCase("facebook", .use, 400, graph(190), .reauthRequired, code: "190"),
        AnswerCase("facebook", .use, 400, graph(102), .reauthRequired),
        AnswerCase("facebook", .use, 400, graph(190, 463), .reauthRequired),
        AnswerCase("facebook", .use, 400, graph(190, 467), .reauthRequired),
        AnswerCase("facebook", .use, 400, graph(190, 458), .revoked, code: "190/458"),
        AnswerCase("facebook", .use, 400, graph(190, 459), .userAction),
        AnswerCase("facebook", .use, 400, graph(190, 464), .userAction),
        AnswerCase("facebook", .use, 400, graph(190, 460), .reauthRequired, code: "190/460"),
        AnswerCase("facebook", .use, 400, graph(190, 492), .reauthRequired),
        AnswerCase("facebook", .use, 403, graph(10), .permissionMissing),
        AnswerCase("facebook", .use, 403, graph(200), .permissionMissing),
        AnswerCase("facebook", .use, 403, graph(299), .permissionMissing),
        AnswerCase("facebook", .use, 403, graph(3), .permissionMissing),
        AnswerCase("facebook", .use, 400, graph(4), .rateLimited, headers: [usage], retryAfter: 720),
        AnswerCase("facebook", .use, 400, graph(613), .rateLimited),
        AnswerCase("facebook", .use, 400, graph(80001), .rateLimited),
        AnswerCase("facebook", .use, 500, graph(1), .retry),
        AnswerCase("facebook", .use, 500, graph(2), .retry),
        AnswerCase("facebook", .use, 503, "<html>", .retry, code: "http-503"),
        AnswerCase("facebook", .use, 400, graph(368), .blocked),
        AnswerCase("facebook", .use, 400, graph(100), .retry, code: "100"),
        AnswerCase("facebook", .use, 400, graph(100, 33), .retry),
        AnswerCase("facebook", .token, 400, graph(100, 36009), .reauthRequired),
        AnswerCase("facebook", .use, 400, graph(101), .configError),
        AnswerCase("instagram", .use, 400, graph(100), .retry),
        AnswerCase("instagram", .use, 400, graph(190, 458), .revoked),
        AnswerCase(
            "instagram", .token, 400,
            #"{"error_type":"OAuthException","code":400,"error_message":"Matching code was not found or was already used"}"#,
            .reauthRequired),
        AnswerCase("instagram", .token, 200, #"{"data":[{"access_token":"IGnot-real","user_id":"1020"}]}"#, nil),
    ]

    static let google: [AnswerCase] = [
        AnswerCase("google-business-profile", .token, 200, #"{"access_token":"ya29.not-real","expires_in":3599}"#, nil),
        AnswerCase(
            "google-business-profile", .token, 400,
            #"{"error":"invalid_grant","error_description":"Token has been expired or revoked."}"#, .reauthRequired,
            code: "invalid_grant"),
        AnswerCase(
            "google-business-profile", .token, 400,
            #"{"error":"invalid_grant","error_description":"reauth related error (invalid_rapt)","error_subtype":"invalid_rapt"}"#,
            .userAction),
        AnswerCase("google-business-profile", .token, 400, #"{"error":"admin_policy_enforced"}"#, .userAction),
        AnswerCase("google-business-profile", .token, 401, #"{"error":"invalid_client"}"#, .configError),
        AnswerCase("google-business-profile", .token, 401, #"{"error":"unauthorized_client"}"#, .configError),
        AnswerCase("google-business-profile", .token, 401, #"{"error":"deleted_client"}"#, .configError),
        AnswerCase(
            "google-business-profile", .use, 401, #"{"error":{"code":401,"status":"UNAUTHENTICATED"}}"#,
            .renewThenReauth),
        AnswerCase(
            "google-business-profile", .use, 403, #"{"error":{"code":403,"status":"PERMISSION_DENIED"}}"#,
            .permissionMissing),
        AnswerCase(
            "google-business-profile", .use, 429, #"{"error":{"code":429,"status":"RESOURCE_EXHAUSTED"}}"#, .rateLimited
        ),
        AnswerCase(
            "google-business-profile", .use, 429,
            #"{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[{"metadata":{"quota_limit_value":"0"}}]}}"#,
            .configError),
        AnswerCase("google-business-profile", .use, 400, #"{"error":"invalid_token"}"#, .renewThenReauth),
    ]

    static let tiktok: [AnswerCase] = [
        AnswerCase("tiktok", .token, 200, #"{"open_id":"o","access_token":"act.not-real","expires_in":7200}"#, nil),
        AnswerCase(
            "tiktok", .token, 200, #"{"error":"invalid_grant","log_id":"1"}"#, .reauthRequired, code: "invalid_grant"),
        AnswerCase("tiktok", .token, 400, #"{"error":"invalid_client","log_id":"1"}"#, .configError),
        AnswerCase("tiktok", .use, 401, #"{"error":{"code":"access_token_invalid","log_id":"1"}}"#, .renewThenReauth),
        AnswerCase("tiktok", .use, 401, #"{"error":{"code":"scope_not_authorized","log_id":"1"}}"#, .permissionMissing),
        AnswerCase("tiktok", .use, 429, #"{"error":{"code":"rate_limit_exceeded","log_id":"1"}}"#, .rateLimited),
        AnswerCase("tiktok", .use, 500, #"{"error":{"code":"internal_error","log_id":"1"}}"#, .retry),
        AnswerCase("tiktok", .use, 400, #"{"error":{"code":"invalid_params","log_id":"1"}}"#, .retry),
        AnswerCase(
            "tiktok-business", .token, 200, #"{"code":0,"message":"OK","data":{"access_token":"not-real"}}"#, nil),
        AnswerCase(
            "tiktok-business", .token, 200, #"{"code":40105,"message":"Access token is incorrect"}"#, .renewThenReauth,
            code: "40105"),
        AnswerCase(
            "tiktok-business", .token, 200, #"{"code":40100,"message":"App reaches the QPS limit."}"#, .rateLimited),
        AnswerCase("tiktok-business", .token, 200, #"{"code":51021}"#, .rateLimited),
        AnswerCase("tiktok-business", .token, 200, #"{"code":40101}"#, .configError),
        AnswerCase("tiktok-business", .token, 200, #"{"code":40110}"#, .reauthRequired),
        // Nothing that no table names ends a connection.
        AnswerCase("tiktok-business", .token, 200, #"{"code":77777}"#, .retry),
    ]

    static let others: [AnswerCase] = [
        AnswerCase("github", .token, 200, #"{"error":"bad_refresh_token"}"#, .reauthRequired),
        AnswerCase(
            "github", .token, 200, "error=bad_refresh_token&error_description=a+b", .reauthRequired,
            headers: [.init("content-type", "application/x-www-form-urlencoded; charset=utf-8")]),
        AnswerCase("slack", .token, 200, #"{"ok":false,"error":"invalid_refresh_token"}"#, .reauthRequired),
        AnswerCase("slack", .token, 200, #"{"ok":false,"error":"token_revoked"}"#, .revoked),
        AnswerCase("slack", .token, 200, #"{"ok":true,"access_token":"xoxe.not-real"}"#, nil),
        AnswerCase(
            "microsoft", .token, 400, #"{"error":"invalid_grant","error_codes":[700082]}"#, .reauthRequired,
            code: "700082"),
        AnswerCase("microsoft", .token, 400, #"{"error":"invalid_grant","error_codes":[50173]}"#, .revoked),
        AnswerCase("microsoft", .token, 400, #"{"error":"invalid_grant","error_codes":[50076]}"#, .userAction),
        AnswerCase("microsoft", .token, 400, #"{"error":"invalid_grant","error_codes":[50079,1]}"#, .userAction),
        AnswerCase(
            "salesforce", .token, 400, #"{"error":"invalid_grant","error_description":"expired access/refresh token"}"#,
            .reauthRequired),
        AnswerCase("hubspot", .token, 400, #"{"status":"BAD_REFRESH_TOKEN","message":"no"}"#, .reauthRequired),
        AnswerCase("xero", .token, 400, #"{"error":"invalid_grant"}"#, .reauthRequired),
        AnswerCase("shopify", .use, 429, "{}", .rateLimited, headers: [.init("retry-after", "7")], retryAfter: 7),
        AnswerCase("linkedin", .use, 401, "{}", .renewThenReauth, code: "http-401"),
        AnswerCase("quickbooks", .token, 401, #"{"error":"invalid_client"}"#, .configError),
        AnswerCase("notion", .token, 503, "", .retry),
    ]

    /// What holds for all.
    static let general: [AnswerCase] =
        [408, 409, 423, 425, 500, 502, 503, 504].map { AnswerCase("xero", .token, $0, "{}", .retry) } + [
            AnswerCase("xero", .token, 200, "<html>", .retry, code: "unreadable"),
            AnswerCase("xero", .token, 302, "", .retry),
            AnswerCase("xero", .token, 403, "<html>blocked by a gateway</html>", .retry),
            AnswerCase("xero", .token, 400, #"{"error":"something_else"}"#, .reauthRequired, code: "something_else"),
            AnswerCase("xero", .token, 400, #"{"error":"eyJ.looks.like.a.token"}"#, .reauthRequired, code: "http-400"),
            AnswerCase("xero", .token, 400, #"{"error":"unsupported_grant_type"}"#, .configError),
            AnswerCase("xero", .token, 400, #"{"error":"invalid_scope"}"#, .configError),
            AnswerCase(
                "xero", .token, 429, "", .rateLimited, headers: [.init("Retry-After", "99999999")], retryAfter: 86_400),
            AnswerCase("xero", .use, 404, "{}", .configError),
        ]
}

@Suite("What answers of providers mean")
struct AnswerTests {
    private func provider(_ identifier: String) throws -> Provider {
        try #require(try ProviderCatalogue.load()[identifier])
    }

    @Test(arguments: [AnswerCase.meta, AnswerCase.google, AnswerCase.tiktok, AnswerCase.others, AnswerCase.general])
    func `each is told by its status and body, and by no sentence in it`(_ cases: [AnswerCase]) throws {
        let catalogue = try ProviderCatalogue.load()
        for each in cases {
            let provider = try #require(catalogue[each.provider])
            let answer = ProviderAnswer(status: each.status, headers: each.headers, body: Array(each.body.utf8))
            let judgement =
                switch each.purpose {
                case .token: provider.judge(answer, to: provider.token.request, for: .token)
                case .use: provider.judgeCall(answer)
                }
            guard let means = each.means else {
                #expect(judgement == .success, "\(each.testDescription)")
                continue
            }
            guard case .failure(let failure) = judgement else {
                Issue.record("\(each.testDescription): taken for good")
                continue
            }
            #expect(failure.errorClass == means, "\(each.testDescription)")
            if let code = each.code { #expect(failure.code == code, "\(each.testDescription)") }
            #expect(failure.retryAfter == each.retryAfter, "\(each.testDescription)")
        }
    }

    @Test func `an error that no table names must come twice before it counts, a named one not`() throws {
        let xero = try provider("xero")
        func failure(_ body: String) -> AnswerFailure? {
            let answer = ProviderAnswer(status: 400, body: Array(body.utf8))
            guard case .failure(let failure) = xero.judge(answer, to: xero.token.request, for: .token) else {
                return nil
            }
            return failure
        }
        #expect(failure(#"{"error":"something_else"}"#)?.needsConfirmation == true)
        #expect(failure(#"{"error":"invalid_grant"}"#)?.needsConfirmation == false)
    }

    @Test func `a probe sees a dead token behind status 200`() throws {
        let facebook = try provider("facebook")
        let inspect = try #require(facebook.step("inspect")).request
        func judge(_ body: String) -> AnswerJudgement {
            facebook.judge(ProviderAnswer(status: 200, body: Array(body.utf8)), to: inspect, for: .use)
        }
        #expect(judge(#"{"data":{"is_valid":true,"user_id":"1"}}"#) == .success)
        guard case .failure(let dead) = judge(#"{"data":{"error":{"code":190,"subcode":458},"is_valid":false}}"#) else {
            Issue.record("a dead token is taken for a live one")
            return
        }
        #expect(dead.errorClass == .revoked && dead.code == "190/458")
    }

    @Test func `tokens, ends, scopes and who connected are found where each provider has them`() throws {
        func read(_ identifier: String, _ body: String) throws -> TokenAnswer {
            try provider(identifier).token.answer.extract(from: JSONParser.parse(Array(body.utf8)))
        }
        let wrapped = try read("instagram", #"{"data":[{"access_token":"IG-a","user_id":"1020","permissions":"a,b"}]}"#)
        let flat = try read("instagram", #"{"access_token":"IG-a","user_id":1020,"permissions":["a","b"]}"#)
        #expect(wrapped == flat)
        #expect(wrapped.accessToken == "IG-a" && wrapped.accountIdentifier == "1020" && wrapped.scopes == ["a", "b"])
        let google = try read(
            "google-business-profile",
            #"{"access_token":"g","expires_in":3599,"refresh_token":"r","scope":"openid email","refresh_token_expires_in":604799}"#
        )
        #expect(google.accessExpiry == .after(seconds: 3599) && google.refreshExpiry == .after(seconds: 604_799))
        #expect(google.scopes == ["openid", "email"])
        let tiktok = try read(
            "tiktok",
            #"{"open_id":"o1","scope":"a,b","access_token":"t","expires_in":"86400","refresh_token":"r","refresh_expires_in":31536000}"#
        )
        #expect(tiktok.accessExpiry == .after(seconds: 86_400) && tiktok.refreshExpiry == .after(seconds: 31_536_000))
        #expect(tiktok.accountIdentifier == "o1" && tiktok.scopes == ["a", "b"])
        let business = try read(
            "tiktok-business",
            #"{"code":0,"data":{"access_token":"b","expires_in":86400,"refresh_token":"r","refresh_token_expires_in":31536000,"open_id":"o2"}}"#
        )
        #expect(business.accessToken == "b" && business.refreshToken == "r" && business.accountIdentifier == "o2")
        let quickbooks = try read("quickbooks", #"{"access_token":"q","x_refresh_token_expires_in":8726400}"#)
        #expect(quickbooks.refreshExpiry == .after(seconds: 8_726_400) && quickbooks.accessExpiry == nil)
        let salesforce = try read("salesforce", #"{"access_token":"s","instance_url":"https://x.my.salesforce.com"}"#)
        #expect(salesforce.metadata == ["instance_url": "https://x.my.salesforce.com"])
        #expect("\(salesforce)".contains("redacted") && !"\(salesforce)".contains("https"))
    }

    @Test func `an end may be a time, and 0 may stand for none`() throws {
        let inspect = try #require(try provider("facebook").step("inspect")).answer
        let body =
            #"{"data":{"expires_at":0,"data_access_expires_at":1576687825,"scopes":["pages_show_list"],"user_id":"1021"}}"#
        let answer = inspect.extract(from: try JSONParser.parse(Array(body.utf8)))
        #expect(answer.accessExpiry == .never)
        #expect(answer.dataAccessExpiry == .at(Instant(milliseconds: 1_576_687_825_000)))
        #expect(answer.scopes == ["pages_show_list"])
    }

    @Test func `pages, tenants and a second token are children, and a missing token is seen`() throws {
        func children(_ map: ChildMap?, _ body: String) throws -> [ChildAnswer] {
            try #require(map).children(in: JSONParser.parse(Array(body.utf8)))
        }
        let pages = try children(
            provider("facebook").step("pages")?.children,
            #"{"data":[{"access_token":"EAA-p","id":"1029","name":"P","instagram_business_account":{"id":"17"}},{"id":"1030","name":"Q"},{"name":"no id"}]}"#
        )
        #expect(pages.map(\.identifier) == ["1029", "1030"])
        #expect(pages.map(\.answer.accessToken) == ["EAA-p", nil])
        #expect(pages.first?.answer.metadata["instagram_account_id"] == "17")
        let tenants = try children(provider("xero").step("tenants")?.children, #"[{"tenantId":"t1","tenantName":"T"}]"#)
        #expect(tenants.map(\.name) == ["T"])
        let user = try children(
            provider("slack").token.children,
            #"{"ok":true,"authed_user":{"id":"U1","access_token":"xoxe.u","expires_in":43200,"refresh_token":"xoxe-1-u"}}"#
        )
        #expect(user.first?.answer.refreshToken == "xoxe-1-u" && user.first?.isRenewed == true)
        #expect(try children(provider("slack").token.children, #"{"ok":true}"#) == [])
    }

    @Test func `what must come and does not is named`() throws {
        let google = try provider("google-business-profile").token
        let tiktok = try provider("tiktok").token
        var answer = TokenAnswer()
        #expect(google.missing(in: answer) == .accessToken)
        answer.accessToken = "a"
        #expect(google.missing(in: answer) == .refreshToken && tiktok.missing(in: answer) == .refreshToken)
        #expect(try provider("instagram").token.missing(in: answer) == nil)
    }
}

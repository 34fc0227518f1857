import Foundation
import TestSupport
import Testing

/// `/verify` behind a real nginx with `auth_request` (docs/gateways.md).
@Suite("A gateway: nginx with auth_request", .onEveryEngine) struct GatewayTests {
    @Test func `what nginx lets through is what the credential allows, and nothing more after a revocation`()
        async throws
    {
        try await ServerProcess.withDemo { server, demo in
            try await Nginx.run(before: server) { nginx in
                func status(_ path: String, _ credential: String?) async throws -> Int {
                    try await nginx.get(path, bearer: credential).status
                }
                let allowed = try await nginx.get("/data", bearer: demo.apiKey)
                #expect(allowed.status == 200)
                #expect(allowed.text == "for \(demo.account)\n")
                #expect(try await status("/data", nil) == 401)
                #expect(try await status("/data", demo.apiKey + "x") == 401)
                #expect(try await status("/changes", demo.apiKey) == 403)

                let token = try await server.token(demo.integration, scope: "data.read")
                #expect(try await status("/data", token) == 200)
                #expect(try await status("/changes", token) == 403)
                let revocation = try await server.form("/oauth2/revoke", [("token", token)], client: demo.integration)
                #expect(revocation.status == 200)
                #expect(try await status("/data", token) == 401)

                let keys = try await server.get(
                    "/api/v1/organizations/\(demo.account)/api-keys", bearer: demo.operatorKey)
                let id = try keys.json["items"][0]["id"].string
                let deletion = try await server.call(
                    "DELETE", "/api/v1/organizations/\(demo.account)/api-keys/\(id)", bearer: demo.operatorKey)
                #expect(deletion.status == 204)
                let refused = try await nginx.get("/data", bearer: demo.apiKey)
                #expect(refused.status == 401)
                #expect(refused.headers["www-authenticate"]?.contains("invalid_token") == true)
            }
        }
    }

    @Test func `a caller's address comes through nginx only if nginx is a trusted proxy`() async throws {
        for (trusted, expected) in [("127.0.0.1", 200), ("192.0.2.1", 403)] {
            try await ServerProcess.withDemo(arguments: ["--trusted-proxies", trusted]) { server, demo in
                let made = try await server.call(
                    "POST", "/api/v1/organizations/\(demo.account)/api-keys", bearer: demo.operatorKey,
                    ["name": "Office", "scopes": ["data.read"], "allowed_addresses": ["203.0.113.0/24"]])
                let key = try made.json["key"].string
                try await Nginx.run(before: server) { nginx in
                    let answer = try await nginx.get(
                        "/data", bearer: key, headers: [("X-Test-Address", "203.0.113.9")])
                    #expect(answer.status == expected)
                }
            }
        }
    }
}

/// A real nginx that asks the server before it answers.
private struct Nginx {
    private let process: BackgroundProcess
    private let folder: Folder
    private let front: Front

    static func run<R>(before server: ServerProcess, _ body: (Nginx) async throws -> R) async throws -> R {
        let nginx = try await Nginx(before: server)
        defer { nginx.process.signal(SIGTERM) }
        return try await body(nginx)
    }

    /// What it answers. Of a 503 of ours, which clients are to send again, `auth_request` makes 500.
    func get(_ path: String, bearer: String?, headers: [(String, String)] = []) async throws -> Answer {
        var answer = try await front.get(path, bearer: bearer, headers: headers)
        try await eventually {
            if answer.status == 500 { answer = try await front.get(path, bearer: bearer, headers: headers) }
            return answer.status != 500
        }
        return answer
    }

    private init(before server: ServerProcess) async throws {
        folder = try Folder()
        let port = try FreePort.find()
        front = Front(base: "http://127.0.0.1:\(port)")
        try Self.configuration(port: port, upstream: server.port, folder: folder.path)
            .write(toFile: folder.path + "/nginx.conf", atomically: true, encoding: .utf8)
        process = try await BackgroundProcess(
            "/usr/sbin/nginx", ["-p", folder.path, "-c", folder.path + "/nginx.conf", "-e", folder.path + "/error.log"])
        let front = front
        if try await eventually({ (try? await front.get("/alive"))?.status == 200 }) { return }
        let log = (try? String(contentsOfFile: folder.path + "/error.log", encoding: .utf8)) ?? ""
        throw ServerFailure("nginx does not answer: \(log)")
    }

    /// As an operator would write it. `X-Test-Address` stands for the address of a caller that comes from elsewhere.
    private static func configuration(port: Int, upstream: Int, folder: String) -> String {
        """
        daemon off;
        worker_processes 1;
        pid \(folder)/nginx.pid;
        events {}
        http {
            access_log off;
            client_body_temp_path \(folder)/body;
            proxy_temp_path \(folder)/proxy;
            fastcgi_temp_path \(folder)/fastcgi;
            uwsgi_temp_path \(folder)/uwsgi;
            scgi_temp_path \(folder)/scgi;
            upstream claviger { server 127.0.0.1:\(upstream); keepalive 16; }
            server {
                listen 127.0.0.1:\(port);
                default_type text/plain;
                location = /alive { return 200; }
                location = /data {
                    auth_request /read;
                    auth_request_set $organization $upstream_http_x_auth_organization;
                    proxy_set_header X-Auth-Organization $organization;
                    proxy_pass http://127.0.0.1:\(port)/backend;
                }
                location = /changes { auth_request /write; proxy_pass http://127.0.0.1:\(port)/backend; }
                location = /backend { return 200 "for $http_x_auth_organization\\n"; }
                location = /read { internal; set $scope data.read; proxy_pass http://claviger/verify?scope=$scope; include \(folder)/ask.conf; }
                location = /write { internal; set $scope data.write; proxy_pass http://claviger/verify?scope=$scope; include \(folder)/ask.conf; }
            }
        }
        """.replacingOccurrences(
            of: "include \(folder)/ask.conf;",
            with: """
                proxy_http_version 1.1; proxy_set_header Connection "";
                proxy_pass_request_body off; proxy_set_header Content-Length ""; proxy_set_header X-Original-URI $request_uri; \
                proxy_set_header X-Original-Method $request_method; proxy_set_header X-Forwarded-For $http_x_test_address;
                """)
    }
}

import Connections
import CredentialFormat
import HTTPServing
import HTTPTypes
import Hummingbird
import Model
import NIOCore
import ProductDefinition
import ProviderDefinition

/// `…/connections/{connection_id}/proxy/{host}/…`, by any method: calls the provider in the connection's name. What is sent goes on
/// with the token in it, and what comes back is passed on as it comes.
struct ConnectionRelay: Sendable {
    private static let path = "/api/v1/organizations/{organization_id}/connections/{connection_id}/proxy/{host}"
    /// The longest answer that is passed on, in bytes, and the longest time that it may take.
    private static let longest = 256 << 20
    private static let patience = TimeAmount.minutes(10)
    /// For so long a client may read nothing of what is passed on.
    private static let pause = TimeAmount.seconds(30)

    static let routes = [
        Route(.get, path + "/{path}", "proxyGet", .permission(.connectionsUse)),
        Route(.post, path + "/{path}", "proxyPost", .permission(.connectionsUse)),
        Route(.put, path + "/{path}", "proxyPut", .permission(.connectionsUse)),
        Route(.patch, path + "/{path}", "proxyPatch", .permission(.connectionsUse)),
        Route(.delete, path + "/{path}", "proxyDelete", .permission(.connectionsUse)),
    ]

    let api: ManagementAPI

    func register(on router: some RouterMethods<CallerContext>) {
        for route in Self.routes {
            let answer: @Sendable (Request, CallerContext) async throws -> Response = { request, context in
                try await respond(to: try Call(request, context, by: route), on: context.channel)
            }
            for path in [Self.path, Self.path + "/**"] {
                router.on(RouterPath(path), method: route.method.http, use: answer)
                if route.method == .get { router.on(RouterPath(path), method: .head, use: answer) }
            }
        }
    }

    private func respond(to call: Call, on channel: any Channel) async throws -> Response {
        let organization = try call.organization()
        let id: ID<Connection> = try call.id("connection_id")
        guard let rest = call.relayed else { throw Refusal.notFound }
        let host = rest.prefix { $0 != "/" && $0 != "?" }
        let policy = api.product.policy
        let own = (policy.apiKeyHeaders + [policy.organizationHeader].compactMap(\.self)).map { $0.lowercased() }
        let cut = PassingBody.Cut()
        let draft = CallDraft(
            method: call.method, host: String(host), target: String(rest[host.endIndex...]),
            headers: call.fields.map { ProviderRequest.Header($0.name.rawName, $0.value) }, ownHeaders: Set(own),
            body: try await call.relayedBody(telling: cut), child: call.fields[.clavigerChild])
        let answer: CallAnswer
        do {
            answer = try await api.connections.call(draft, of: id, in: organization, as: call.actor)
        } catch let failure as UseFailure {
            // Where the rest of the call did not come, the provider has nothing to answer for.
            if let reason = cut.reason { throw reason }
            throw ProblemDocument(failure)
        }
        return response(answer, on: channel, isHead: call.method == HTTPRequest.Method.head.rawValue)
    }

    private func response(_ called: CallAnswer, on channel: any Channel, isHead: Bool) -> Response {
        let answer = called.answer
        var headers = HTTPFields()
        var length: Int?
        for header in answer.headers {
            guard let name = HTTPField.Name(header.name) else { continue }
            if name == .contentLength {
                length = Int(header.value).flatMap { $0 < 0 ? nil : $0 }
            } else {
                headers.append(HTTPField(name: name, value: header.value))
            }
        }
        headers[.cacheControl] = "no-store"
        // What a provider says is no page of ours.
        headers[.contentSecurityPolicy] = "sandbox; default-src 'none'; frame-ancestors 'none'"
        headers[.xContentTypeOptions] = "nosniff"
        headers[.clavigerProviderStatus] = String(answer.status)
        let status = HTTPResponse.Status(code: (200...599).contains(answer.status) ? answer.status : 502)
        if isHead {
            if let length {
                headers[.contentLength] = String(length)
                return Response(status: status, headers: headers)
            }
            // Without either field, a length of 0 would be said (RFC 9112 §6.1 allows this one without a body).
            headers[.transferEncoding] = "chunked"
            return Response(status: status, headers: headers, body: ResponseBody { try await $0.finish(nil) })
        }
        guard ![204, 304].contains(answer.status) else { return Response(status: status, headers: headers) }
        return Response(
            status: status, headers: headers,
            body: Self.body(of: called, length: length, on: channel, pause: Self.pause))
    }

    /// What comes, as it comes. A client that does not read it would else keep its place among the calls: nobody else watches over one
    /// whose reply is being written.
    static func body(
        of called: CallAnswer, length: Int?, on channel: any Channel, pause: TimeAmount,
        patience: TimeAmount = patience
    ) -> ResponseBody {
        ResponseBody(contentLength: length) { writer in
            called.place.whenEnded { channel.close(promise: nil) }
            // Also where nothing comes: of an answer that begins before the end of the call, nobody else says how long it may pause.
            let whole = channel.eventLoop.scheduleTask(in: patience) { channel.close(promise: nil) }
            defer { whole.cancel() }
            var count = 0
            for try await part in called.answer.body {
                count += part.count
                guard count <= longest else { throw TooLong() }
                let reading = channel.eventLoop.scheduleTask(in: pause) { channel.close(promise: nil) }
                defer { reading.cancel() }
                try await writer.write(ByteBuffer(bytes: part))
            }
            let reading = channel.eventLoop.scheduleTask(in: pause) { channel.close(promise: nil) }
            defer { reading.cancel() }
            try await writer.finish(nil)
        }
    }

    /// That an answer is longer than any that is passed on. The connection ends with it.
    private struct TooLong: Error {}
}

extension HTTPField.Name {
    /// `Claviger-Child`: for what below the connection a call is.
    static let clavigerChild = HTTPField.Name("Claviger-Child") ?? .from
    /// `Claviger-Provider-Status`: that an answer is the provider's, and its status.
    static let clavigerProviderStatus = HTTPField.Name("Claviger-Provider-Status") ?? .server
}

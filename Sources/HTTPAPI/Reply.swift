import HTTPServing
import HTTPTypes
import Hummingbird
import NIOCore
import Policy
import TextForms

/// What an endpoint answers.
struct Reply: Hashable, Sendable {
    let status: HTTPResponse.Status
    let entityTag: EntityTag?
    /// Our own path, below the issuer's.
    let location: String?
    /// JSON, unless ``mediaType`` says otherwise, or nothing.
    let body: [UInt8]
    var mediaType = "application/json"
    /// Where what follows is found: our own path, below the issuer's.
    var next: String?
    /// Whether it is the repetition of an earlier reply, byte for byte.
    let isReplay: Bool

    init(
        status: HTTPResponse.Status, entityTag: EntityTag? = nil, location: String? = nil, body: [UInt8] = [],
        isReplay: Bool = false
    ) {
        self.status = status
        self.entityTag = entityTag
        self.location = location
        self.body = body
        self.isReplay = isReplay
    }

    /// 200 with one object; with an `ETag` if it is an entity at a revision.
    static func ok(revision: Int? = nil, _ members: (inout JSONWriter) -> Void) -> Reply {
        Reply(status: .ok, entityTag: revision.map(EntityTag.init(revision:)), body: JSONWriter.object(members))
    }

    /// 201 with the object that was created, at revision `revision`, found at `location` from now on.
    static func created(
        at location: String, revision: Int, _ members: (inout JSONWriter) -> Void
    ) -> Reply {
        Reply(
            status: .created, entityTag: EntityTag(revision: revision), location: location,
            body: JSONWriter.object(members))
    }

    /// 201 with something that is nowhere to be found again.
    static func created(_ members: (inout JSONWriter) -> Void) -> Reply {
        Reply(status: .created, body: JSONWriter.object(members))
    }

    /// 200 with a file for spreadsheets, and where what follows it is found.
    static func file(_ text: CSVText, next: String? = nil) -> Reply {
        var reply = Reply(status: .ok, body: text.bytes)
        reply.mediaType = CSVText.mediaType
        reply.next = next
        return reply
    }

    /// 200 with a text that is no JSON, and where what follows it is found.
    static func text(_ body: [UInt8], next: String? = nil) -> Reply {
        var reply = Reply(status: .ok, body: body)
        reply.mediaType = "text/plain; charset=utf-8"
        reply.next = next
        return reply
    }

    /// 204.
    static let noContent = Reply(status: .noContent)

    /// What a caller hears who asked for another version than the one that they have (RFC 9110 §15.4.5).
    var notModified: Reply { Reply(status: .notModified, entityTag: entityTag) }

    /// The reply as HTTP. None may be kept by a cache: all of them are for one caller, and some carry a secret.
    func response(at address: PublicAddress) -> Response {
        var headers: HTTPFields = [.cacheControl: "no-store"]
        // A text of no lines is a text.
        if !body.isEmpty || status == .ok { headers[.contentType] = mediaType }
        if let next { headers[.link] = "<\(address.link(next))>; rel=\"next\"" }
        headers[.eTag] = entityTag?.text
        headers[.location] = location.map(address.link)
        if isReplay { headers[.idempotentReplayed] = "true" }
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: body)))
    }
}

extension HTTPField.Name {
    /// `Link` (RFC 8288)
    fileprivate static let link = HTTPField.Name("Link") ?? .location
}

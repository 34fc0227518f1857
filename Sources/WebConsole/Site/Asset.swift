import Crypto
import HTTPServing
import HTTPTypes
import Hummingbird
import NIOCore
import TextForms

/// What pages load from us. Its path names its content, so browsers keep it for good.
struct Asset: Hashable, Sendable {
    let bytes: [UInt8]
    /// `/assets/<name>-<digest>.<extension>`
    let path: String
    private let mediaType: String

    /// - Parameters:
    ///   - name: What it is, in its path.
    ///   - suffix: What its path ends with, without a dot.
    init(_ bytes: [UInt8], named name: String, suffix: String, mediaType: String) {
        self.bytes = bytes
        self.mediaType = mediaType
        path = "/assets/\(name)-\(Hexadecimal.text(SHA256.hash(data: bytes).prefix(8))).\(suffix)"
    }

    func register(on router: some RouterMethods<CallerContext>) {
        let (bytes, mediaType) = (bytes, mediaType)
        router.get(RouterPath(path)) { _, _ in
            Response(
                status: .ok,
                headers: [
                    .contentType: mediaType, .cacheControl: "public, max-age=31536000, immutable",
                    .xContentTypeOptions: "nosniff",
                    // Whoever opens a drawing by its address: nothing in it may run or load.
                    .contentSecurityPolicy: "default-src 'none'; style-src 'unsafe-inline'; sandbox",
                ],
                body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
        }
    }
}

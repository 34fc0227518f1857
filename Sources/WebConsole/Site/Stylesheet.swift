import Crypto
import FoundationEssentials
import HTTPServing
import HTTPTypes
import Hummingbird
import NIOCore

/// The one stylesheet, compiled in. Its path names its content, so browsers keep it for good.
enum Stylesheet {
    static let bytes = PackageResources.claviger_css

    static let path: String = {
        let digest = SHA256.hash(data: bytes).prefix(8).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }
        return "/assets/claviger-\(digest.joined()).css"
    }()

    static func register(on router: some RouterMethods<CallerContext>) {
        router.get(RouterPath(path)) { _, _ in
            Response(
                status: .ok,
                headers: [
                    .contentType: "text/css; charset=utf-8", .cacheControl: "public, max-age=31536000, immutable",
                    .xContentTypeOptions: "nosniff",
                ],
                body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
        }
    }
}

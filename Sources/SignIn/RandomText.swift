import CredentialFormat

/// Fresh bytes of the system's generator, as text for cookies.
enum RandomText {
    static func make(bytes count: Int) -> String {
        var text: [UInt8] = []
        Base62.append(bytes: bytes(count), to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    static func bytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}

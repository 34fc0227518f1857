import TextForms

/// A colour of sRGB.
package struct Colour: Hashable, Sendable {
    private let red: Double
    private let green: Double
    private let blue: Double

    /// Its channels, each from 0 to 255.
    private init(red: Double, green: Double, blue: Double) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// Three bytes, `0xRRGGBB`.
    init(_ number: UInt32) {
        self.init(
            red: Double(number >> 16 & 0xFF), green: Double(number >> 8 & 0xFF), blue: Double(number & 0xFF))
    }

    /// `#rrggbb`, or `#rgb` with each digit standing for two; nil for anything else.
    package init?(_ text: String) {
        guard text.hasPrefix("#") else { return nil }
        let digits = text.utf8.dropFirst().compactMap { byte -> UInt32? in
            switch byte {
            case 0x30...0x39: UInt32(byte) - 0x30
            case 0x41...0x46: UInt32(byte) - 0x37
            case 0x61...0x66: UInt32(byte) - 0x57
            default: nil
            }
        }
        guard digits.count == text.utf8.count - 1, digits.count == 3 || digits.count == 6 else { return nil }
        let six = digits.count == 6 ? digits : digits.flatMap { [$0, $0] }
        self.init(six.reduce(0) { $0 << 4 | $1 })
    }

    /// As `#rrggbb`.
    package var text: String {
        "#" + Hexadecimal.text([red, green, blue].map { UInt8(clamping: Int($0.rounded())) })
    }

    /// What comes of painting another colour over it, rounded to what ``text`` says.
    ///
    /// - Parameter share: How much of the other one, from 0 to 1.
    func mixed(with other: Colour, share: Double) -> Colour {
        func mix(_ mine: Double, _ theirs: Double) -> Double { (mine + (theirs - mine) * share).rounded() }
        return Colour(red: mix(red, other.red), green: mix(green, other.green), blue: mix(blue, other.blue))
    }

    /// The contrast ratio of WCAG 2.2, from 1 to 21.
    package func contrast(to other: Colour) -> Double {
        let (mine, theirs) = (luminance, other.luminance)
        return (max(mine, theirs) + 0.05) / (min(mine, theirs) + 0.05)
    }

    /// The relative luminance of WCAG 2.2, from 0 to 1.
    private var luminance: Double {
        0.2126 * Self.linear(red) + 0.7152 * Self.linear(green) + 0.0722 * Self.linear(blue)
    }

    private static func linear(_ channel: Double) -> Double {
        let value = channel / 255
        return value <= 0.04045 ? value / 12.92 : power((value + 0.055) / 1.055)
    }

    /// To the power of 2.4: the square times the fifth root of the square.
    private static func power(_ base: Double) -> Double {
        let square = base * base
        // Newton's method from above; after 40 steps nothing changes any more for 0.04 to 1.
        var root = 1.0
        for _ in 0..<40 { root -= (root * root * root * root * root - square) / (5 * root * root * root * root) }
        return square * root
    }

    static let white = Colour(0xFFFFFF)
    static let black = Colour(0x000000)
}

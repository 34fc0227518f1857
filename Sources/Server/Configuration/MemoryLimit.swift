/// An amount of memory, as operators write it: a whole number of MiB or GiB.
package struct MemoryLimit: Hashable, Sendable, CustomStringConvertible {
    package static let standard = MemoryLimit(mebibytes: 512)

    private static let units = [("MiB", 1), ("GiB", 1024)]
    private static let allowed = 64...(1024 * 1024)

    package let mebibytes: Int

    private init(mebibytes: Int) {
        self.mebibytes = mebibytes
    }

    /// The amount that `text` spells, or nil: 64MiB to 1024GiB, in digits without a sign.
    package init?(_ text: String) {
        guard let unit = Self.units.first(where: { text.hasSuffix($0.0) }) else { return nil }
        let digits = text.dropLast(unit.0.count)
        guard (1...7).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int(digits), Self.allowed.contains(number * unit.1)
        else { return nil }
        self.init(mebibytes: number * unit.1)
    }

    package var bytes: Int { mebibytes << 20 }

    package var description: String {
        mebibytes % 1024 == 0 ? "\(mebibytes / 1024)GiB" : "\(mebibytes)MiB"
    }
}

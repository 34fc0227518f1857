import DefinitionFile
import FoundationEssentials

extension ProductLook {
    init(entry: FileEntry) throws(DefinitionError) {
        let words = try entry.section(ProductKeys.Look.self)
        let hasName = try words[.logoHasName]?.flag() ?? false
        if let entry = words[.logoHasName], hasName, words[.logo] == nil {
            throw entry.error("needs a logo; without one the name stands beside its initial")
        }
        self.init(
            palette: try words[.accent].map(AccentPalette.init(entry:)),
            logo: try words[.logo].map(ProductLogo.init(entry:)), logoHasName: hasName)
    }
}

extension AccentPalette {
    fileprivate init(entry: FileEntry) throws(DefinitionError) {
        guard let colour = try Colour(entry.text()) else {
            throw entry.error("must be a colour between quotes, such as \"#1c5547\"")
        }
        do throws(Problem) {
            try self.init(colour)
        } catch {
            switch error {
            case .pale(let measured):
                throw entry.error(
                    """
                    \(colour.text) has a contrast of \(Self.ratio(measured)) to the page and needs 3:1 (WCAG 2.2 AA); \
                    take a darker shade
                    """)
            case .unreadable(let measured):
                throw entry.error(
                    """
                    text on \(colour.text) has a contrast of \(Self.ratio(measured)) at most and needs 4.5:1 (WCAG 2.2 \
                    AA); take a darker shade
                    """)
            }
        }
    }

    /// Rounded down, so that it never says that what was refused is enough.
    private static func ratio(_ contrast: Double) -> String {
        let hundredths = Int(contrast * 100)
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest):1"
    }
}

extension ProductLogo {
    fileprivate init(entry: FileEntry) throws(DefinitionError) {
        let name = try entry.text(maximum: 100)
        guard !name.hasPrefix("."), name.utf8.allSatisfy({ $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "\\") }) else {
            throw entry.error("must be the name of a file beside this one, without a folder")
        }
        let place = URL(filePath: entry.file).deletingLastPathComponent().appending(path: name)
        guard let data = try? Data(contentsOf: place) else {
            throw entry.error("\(name) cannot be read; it must be a file beside this one")
        }
        do throws(Unusable) {
            try self.init(Array(data))
        } catch {
            throw entry.error("\(name) \(error.problem)")
        }
    }
}

import TextForms

/// A QR code (ISO/IEC 18004): bytes at error correction level M, up to version 10, which is 213 bytes.
struct QRCode: Hashable, Sendable {
    /// 1 to 10.
    let version: Int
    /// Which of the eight masks lies over the data.
    let mask: Int
    /// By row, true for dark.
    let modules: [[Bool]]

    /// The width in modules, without the quiet zone around it.
    var size: Int { modules.count }

    /// - Returns: Nil for what is too long.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard let layout = QRLayout.all.first(where: { bytes.count <= $0.capacity }) else { return nil }
        var grid = QRGrid(layout)
        grid.draw(layout.codewords(of: bytes))
        let masked = (0..<8).map { (mask: $0, grid: grid.masked(by: $0)) }
        guard let best = masked.min(by: { $0.grid.penalty < $1.grid.penalty }) else { return nil }
        version = layout.version
        mask = best.mask
        modules = best.grid.dark
    }

    /// It as an SVG picture in a `data:` URI, with the quiet zone of four modules that readers need.
    var dataURI: String {
        let runs = modules.enumerated().flatMap { row, line in
            line.indices.filter { line[$0] && ($0 == 0 || !line[$0 - 1]) }.map { start in
                let length = line[start...].prefix { $0 }.count
                return "M\(start + 4) \(row + 4)h\(length)v1h-\(length)z"
            }
        }
        let width = size + 8
        let svg =
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(width) \(width)\" shape-rendering=\"crispEdges\">"
            + "<path fill=\"#fff\" d=\"M0 0h\(width)v\(width)h-\(width)z\"/><path d=\"\(runs.joined())\"/></svg>"
        return "data:image/svg+xml;base64,\(Base64.text(Array(svg.utf8)))"
    }
}

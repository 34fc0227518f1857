/// The one stylesheet of all pages, compiled in.
enum Stylesheet {
    /// As it was written.
    static let source = String(decoding: PackageResources.claviger_css, as: UTF8.self)

    /// As it is served: without what stands there for its readers alone.
    static let asset = Asset(Array(compact(source).utf8), named: "claviger", suffix: "css", mediaType: mediaType)

    static let mediaType = "text/css; charset=utf-8"

    /// Without comments, empty lines and the white space at the beginning of lines. No text in it goes over several lines.
    private static func compact(_ css: String) -> String {
        css.replacing(/\/\*[^*]*\*+([^\/*][^*]*\*+)*\//, with: "").split(separator: "\n").map { line in
            line.drop { $0 == " " }
        }.filter { !$0.isEmpty }.joined(separator: "\n")
    }
}

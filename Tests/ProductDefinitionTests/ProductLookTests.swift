import DefinitionFile
import Foundation
import Testing

@testable import ProductDefinition

@Suite("Product definition: the look")
struct ProductLookTests {
    private func load(_ look: String, logo: [UInt8]? = nil) throws -> ProductLook {
        let folder = FileManager.default.temporaryDirectory.appending(path: "look-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "claviger.yaml")
        try Data("product: {name: A}\nscopes: {read: {description: Read}}\nlook: \(look)".utf8).write(to: file)
        if let logo { try Data(logo).write(to: folder.appending(path: "logo")) }
        return try Product.load(from: file.path).look
    }

    private func problem(_ look: String, logo: [UInt8]? = nil) -> String? {
        do {
            _ = try load(look, logo: logo)
            return nil
        } catch {
            return (error as? DefinitionError).map { "\($0.key ?? ""): \($0.problem)" }
        }
    }

    @Test(arguments: ["#1c5547", "#0b57d0", "#6d28d9", "#b91c1c", "#000000", "#1E2227", "#083", "#0f766e", "#c2410c"])
    func `every shade of an accent can be read where it is used, in both schemes`(_ text: String) throws {
        let palette = try #require(try load("{accent: \"\(text)\"}").palette)
        #expect(palette.light.accent == Colour(text))
        let schemes: [(AccentPalette.Shades, AccentPalette.Grounds)] = [
            (palette.light, .light), (palette.dark, .dark),
        ]
        for (shades, grounds) in schemes {
            #expect(shades.onAccent.contrast(to: shades.accent) >= 4.5)
            #expect(shades.onAccent.contrast(to: shades.accentHover) >= 4.5)
            #expect(shades.onAccentSoft.contrast(to: shades.accentSoft) >= 4.5)
            #expect(shades.accent.contrast(to: shades.accentSoft) >= 3)
            #expect(grounds.ink.contrast(to: shades.accentSoft) >= 4.5)
            for ground in [grounds.surface] + grounds.others {
                #expect(shades.link.contrast(to: ground) >= 4.5)
                #expect(shades.accent.contrast(to: ground) >= 3)
            }
        }
    }

    @Test func `an accent that cannot be read is refused with what was measured`() {
        #expect(
            problem("{accent: \"#ffd400\"}")
                == """
                look.accent: #ffd400 has a contrast of 1.20:1 to the page and needs 3:1 (WCAG 2.2 AA); take a darker shade
                """)
        #expect(
            problem("{accent: \"#808080\"}")
                == """
                look.accent: text on #808080 has a contrast of 4.04:1 at most and needs 4.5:1 (WCAG 2.2 AA); take a \
                darker shade
                """)
        for text in ["#12345", "1c5547", "#gg0000", "green", "#１２３４５６"] {
            #expect(problem("{accent: \"\(text)\"}")?.contains("must be a colour") == true, "\(text)")
        }
    }

    @Test func `contrast is that of WCAG`() throws {
        let white = try #require(Colour("#fff"))
        #expect(abs(white.contrast(to: .black) - 21) < 0.000_001)
        // As the W3C gives them for its own techniques.
        #expect(abs(try #require(Colour("#767676")).contrast(to: white) - 4.54) < 0.005)
        #expect(abs(try #require(Colour("#949494")).contrast(to: white) - 3.03) < 0.005)
        #expect(Colour("#0AbC9f")?.text == "#0abc9f")
    }

    @Test(
        arguments: [
            (ProductLogo.Format.png, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0]),
            (.jpeg, [0xFF, 0xD8, 0xFF, 0xE0]),
            (.webp, Array("RIFF\0\0\0\0WEBPVP8 ".utf8)),
            (.svg, Array("<svg xmlns=\"http://www.w3.org/2000/svg\"/>".utf8)),
        ] as [(ProductLogo.Format, [UInt8])])
    func `a logo's kind is told from its content`(_ format: ProductLogo.Format, _ bytes: [UInt8]) throws {
        let look = try load("{logo: logo, logo_has_name: true}", logo: bytes)
        #expect(look.logo?.format == format)
        #expect(look.logo?.bytes == bytes)
        #expect(look.logoHasName)
    }

    @Test func `what is no logo is refused at the start`() {
        let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        #expect(problem("{logo: logo}", logo: Array("GIF89a".utf8)) == "look.logo: logo is no PNG, JPEG, WebP or SVG")
        #expect(
            problem("{logo: logo}", logo: png + [UInt8](repeating: 0, count: 64 * 1024))
                == "look.logo: logo has more than 65536 bytes")
        #expect(problem("{logo: logo}", logo: png + [UInt8](repeating: 0, count: 64 * 1024 - 8)) == nil)
        #expect(problem("{logo: logo}", logo: []) != nil)
        #expect(problem("{logo: logo}")?.contains("cannot be read") == true)
        for name in ["../logo", "/etc/hostname", ".logo", "a\\\\b"] {
            #expect(problem("{logo: \"\(name)\"}")?.contains("without a folder") == true, "\(name)")
        }
        #expect(problem("{logo_has_name: true}")?.contains("needs a logo") == true)
    }

    private func drawing(_ inside: String, _ attributes: String = "") -> [UInt8] {
        Array(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <!-- drawn by hand -->
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 28 28" \(attributes)>
            \(inside)
            </svg>
            """.utf8)
    }

    @Test func `a drawing with shapes, text, gradients and styles is taken`() {
        let inside = """
            <title>Acme &amp; Co</title>
            <style>.a { fill: #123456; }</style>
            <defs><linearGradient id="g"><stop offset="0" stop-color='#fff'/></linearGradient></defs>
            <g transform="rotate(45)"><path class="a" d="M1 1 L2 2z"/><rect fill="url(#g)" width="3" height="4" /></g>
            <use href="#g"/><text x="1" style="font-weight: 700">A</text>
            """
        #expect(problem("{logo: logo}", logo: drawing(inside, "xmlns:xlink=\"http://www.w3.org/1999/xlink\"")) == nil)
    }

    @Test(arguments: [
        "<script>alert(1)</script>", "<SCRIPT/>", "<rect onload=\"alert(1)\"/>", "<rect ONCLICK='x'/>",
        "<a href=\"#x\"/>", "<use href=\"https://evil.example/x.svg#a\"/>",
        "<use xlink:href=\"data:image/svg+xml,x\"/>",
        "<image href=\"#x\"/>", "<foreignObject/>", "<animate/>", "<set/>",
        "<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "<rect style=\"fill: url(https://evil.example/x)\"/>",
        "<rect fill=\"URL( 'https://evil.example' )\"/>",
        "<style>@import 'https://evil.example';</style>", "<style>rect{fill:u\\72l(x)}</style>",
        "<style>@im/**/port 'x';</style>", "<h:script xmlns:h=\"http://www.w3.org/1999/xhtml\">x</h:script>",
        "<rect fill=\"&#106;avascript:x\"/>", "<text>&evil;</text>", "<![CDATA[<script>]]>",
        "<?xml-stylesheet href='x'?>",
        "<!ENTITY x 'y'>", "<rect fill=red/>", "<rect a=\"1\" a=\"2\"/>", "<rect a=\"1\"b=\"2\"/>", "</g>", "<g>",
        "<rect a=\"<script>\"/>", "<!-- a -- b -->", "<rect xml:base=\"https://evil.example\"/>",
    ])
    func `a drawing with anything else in it is refused, with its line`(_ inside: String) throws {
        let told = try #require(problem("{logo: logo}", logo: drawing(inside)))
        #expect(told.contains("is no SVG that may be shown: line "), "\(told)")
    }

    @Test(arguments: [
        "<!DOCTYPE svg [<!ENTITY a \"b\">]><svg xmlns=\"http://www.w3.org/2000/svg\"/>",
        "<html xmlns=\"http://www.w3.org/1999/xhtml\"/>", "<svg/>", "<svg xmlns=\"http://www.w3.org/1999/xhtml\"/>",
        "<svg xmlns=\"http://www.w3.org/2000/svg\"/><script/>", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>x",
        "<svg xmlns=\"http://www.w3.org/2000/svg\">", "<", "<!--", "<svg xmlns=\"", "<svg xmlns",
    ])
    func `a file that is no drawing is refused, however it ends`(_ text: String) {
        #expect(problem("{logo: logo}", logo: Array(text.utf8))?.contains("is no SVG that may be shown") == true)
    }
}

import Testing

@Suite("Taking Swift text apart")
struct SwiftTextTests {
    @Test(arguments: [
        ("a // try! b", "a "),
        ("a /* x /* y */ z */ b", "a   b"),
        (#"say("try! it", /* no */ 1)"#, #"say("",   1)"#),
        (##"let a = #"as! \(x)"#; b"##, #"let a = ""; b"#),
        (#"f("\(g("try!") as! T) // no", x) // yes"#, #"f(""(g("") as! T), x) "#),
        ("\"\"\"\n  one \"quoted\"\n\"\"\" + x", "\"\"\n\n + x"),
    ])
    func `comments and strings are no code, interpolations are`(_ text: String, _ code: String) {
        #expect(SwiftText(text).code == code)
    }

    @Test func `strings are found with what is inside their interpolations`() {
        #expect(SwiftText(#"run("SELECT \(list(of: "a", "b")) FROM t")"#).literals == ["a", "b", "SELECT  FROM t"])
    }
}

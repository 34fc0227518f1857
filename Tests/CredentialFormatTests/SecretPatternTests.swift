import TestSupport
import Testing

@testable import CredentialFormat

@Suite("What scanners know of secrets")
struct SecretPatternTests {
    /// Held against another implementation of the rule than ours.
    @Test(arguments: SecretPattern.kinds)
    func `a scanner finds a secret by the expression, and confirms it by the rule`(_ kind: CredentialKind) async throws
    {
        let pattern = try #require(SecretPattern(kind, brand: .claviger))
        let script = #"""
            import re, sys, zlib
            digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
            expression, sample = sys.argv[1:]
            match = re.search(expression, "key=" + sample + ";").group(0)
            number = 0
            for digit in match[-6:]: number = number * 62 + digits.index(digit)
            print(match == sample, number == zlib.crc32(match[:-6].encode()))
            """#
        let run = try await FinishedCommand.tool("python3", ["-c", script, pattern.expression, pattern.sample])
        #expect(run.output == "True True\n", "\(run.text)")
    }
}

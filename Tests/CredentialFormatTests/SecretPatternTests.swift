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
            expression, *samples = sys.argv[1:]
            for sample in samples:
                match = re.search(expression, "key=" + sample + ";")
                number = 0
                for digit in match.group(0)[-6:]: number = number * 62 + digits.index(digit)
                if match.group(0) != sample or number != zlib.crc32(sample[:-6].encode()): print(sample)
            print(len(samples))
            """#
        let samples = [pattern.sample] + (1..<200).map { _ in MintedSecret(kind, brand: .claviger).reveal() }
        let run = try await FinishedCommand.tool("python3", ["-c", script, pattern.expression] + samples)
        #expect(run.output == "200\n", "\(run.text)")
    }
}

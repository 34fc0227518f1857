import Model
import Testing

@Suite("Times (RFC 3339)")
struct RFC3339Tests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("2026-03-01T09:30:00Z", 1_772_357_400_000),
        ("2026-03-01T09:30:00.000Z", 1_772_357_400_000), ("2026-03-01t09:30:00z", 1_772_357_400_000),
        ("2026-03-01T10:30:00+01:00", 1_772_357_400_000), ("2026-03-01T04:00:00-05:30", 1_772_357_400_000),
        ("2026-03-01T09:30:00.1Z", 1_772_357_400_100), ("2026-03-01T09:30:00.123999999Z", 1_772_357_400_123),
        ("2024-02-29T00:00:00Z", 1_709_164_800_000), ("1969-12-31T23:59:59.999Z", -1),
        ("0000-01-01T00:00:00Z", -62_167_219_200_000), ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
    ])
    func `a time is read`(_ text: String, _ milliseconds: Int64) {
        #expect(RFC3339.instant(text) == Instant(milliseconds: milliseconds))
    }

    @Test(arguments: [
        "", "2026-03-01", "2026-03-01T09:30:00", "2026-03-01 09:30:00Z", "2026-3-1T09:30:00Z", "2026-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-03-00T00:00:00Z",
        "2026-03-01T24:00:00Z", "2026-03-01T09:60:00Z", "2026-03-01T09:30:60Z", "2026-03-01T09:30:00.Z",
        "2026-03-01T09:30:00+0100", "2026-03-01T09:30:00+24:00", "2026-03-01T09:30:00ZZ", "1772357400",
        "+2026-03-01T09:30:00Z", "٢٠٢٦-03-01T09:30:00Z",
    ])
    func `anything else is no time`(_ text: String) {
        #expect(RFC3339.instant(text) == nil)
    }

    @Test(
        arguments: [0, -1, 1_709_164_800_000, 1_772_357_400_123, 253_402_300_799_999, -62_167_219_200_000] as [Int64])
    func `what is written is read back`(_ milliseconds: Int64) {
        let instant = Instant(milliseconds: milliseconds)
        #expect(RFC3339.instant(RFC3339.text(of: instant)) == instant)
    }

    @Test func `it is written in UTC with three digits of a second`() {
        #expect(RFC3339.text(of: Instant(milliseconds: 1_772_357_400_007)) == "2026-03-01T09:30:00.007Z")
        #expect(RFC3339.text(of: Instant(milliseconds: .max)) == "9999-12-31T23:59:59.999Z")
    }
}

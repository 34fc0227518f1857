import Model
import Testing

@Suite("Names that say nothing")
struct PoorLabelTests {
    @Test(
        arguments: [
            "Test", "test", "API Key 1", "api-key-2", "Key", "New integration", "My app", "Untitled", "1",
            "Demo key #3",
            "x", "Copy of test", "TEST_TEST",
        ])
    func `have a hint`(_ name: String) throws {
        let hint = try #require(PoorLabel.hint(for: name, in: "label"))
        #expect(hint.field == "label" && hint.code == "poor_label" && hint.message.contains("ERP Data Sync"))
    }

    @Test(
        arguments: [
            "ERP Data Sync", "Energy Management Upload", "SAP Procurement Data Upload", "PACT Export – Customer Portal",
            "BI Dashboard", "Power BI Dashboard Connection", "Export API", "Produktion", "工場データ", "Test rig 4 upload",
        ])
    func `are told from those that say something`(_ name: String) {
        #expect(PoorLabel.hint(for: name, in: "name") == nil)
    }
}

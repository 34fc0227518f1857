import CredentialFormat
import Credentials
import Foundation
import Model
import TestSupport
import Testing

@testable import WebConsole

private let onetrust = (try? OurWords.sample("onetrust").text) ?? ""

@Suite("How much is used, on pages and over the API", .server(product: onetrust), .serialized)
struct UsagePagesTests {
    @Test(.endedIfItHangs)
    func `calls are told by the API, as a file, and on the pages of the key and of the organization`() async throws {
        let (server, demo) = try RunningServer.current
        let europe = try #require(demo.organizations["Europe"])
        let key = try await server.makeKey(
            in: europe, scopes: ["assessments.read"], ["name": "Counted"], as: demo.operatorKey)
        let calls = "/o/\(europe)/api-keys/\(key.id)/calls"
        var visitor = PageVisitor(server)
        let person = try #require(demo.people["auditor"])
        #expect(try await visitor.signIn(person.email, person.password).status == 303)
        let before = try await visitor.open(calls)
        #expect(before.status == 200)
        #expect(before.text.contains("No call in 30 days.") && !before.text.contains("<svg viewBox=\"0 0 720"))
        for _ in 0..<3 { _ = try await server.verify(key.secret, scope: "assessments.read") }
        _ = try await server.verify(key.secret, scope: "assessments.write")
        let usage = "/api/v1/organizations/\(europe)/usage?credential=\(key.id)"
        func get(_ rest: String) async throws -> Answer { try await server.get(usage + rest, bearer: demo.operatorKey) }
        let isCounted = try await eventually { try await get("").json["calls"] == 4 }
        #expect(isCounted)
        let told = try await get("&unit=hour&group_by=outcome").json
        #expect(try told["refused"].integer == 1)
        #expect(try told["callers"]["addresses_last_day"].integer == 1)
        let outcomes = try told["items"].elements.map { try $0["outcome"].string }
        #expect(Set(outcomes) == ["admitted", "scope"])
        let byScope = try await get("&unit=total&group_by=scope&scope=assessments.read").json["items"].elements
        #expect(try byScope.map { try $0["scope"].string } == ["assessments.read"])
        let file = try await get("&unit=total&group_by=credential&format=csv")
        #expect(file.headers["content-type"] == "text/csv; charset=utf-8; header=present")
        let lines = file.text.split(separator: "\r\n")
        #expect(lines.count == 2)
        #expect(lines.first?.hasSuffix(#""credential_type","credential_id","calls","refused""#) == true)
        #expect(lines.last?.hasSuffix(#""api_key","\#(key.id)","4","1""#) == true)
        for bad in ["&unit=week", "&group_by=name", "&format=xls", "&from=yesterday"] {
            #expect(try await get(bad).status == 400, "\(bad)")
        }
        #expect(try await get("&from=2026-03-02T00:00:00Z&until=2026-03-01T00:00:00Z").status == 422)
        let page = try await visitor.open(calls)
        #expect(page.text.contains("4 calls in 30 days, 1 refused."))
        #expect(page.text.contains("<svg viewBox=\"0 0 720 160\"") && page.text.contains("Show as table"))
        #expect(page.text.contains("Scope missing"))
        let whole = try await visitor.open("/o/\(europe)/calls")
        #expect(whole.status == 200 && whole.text.contains(key.id))
        let overview = try await visitor.open("/o/\(europe)")
        #expect(overview.links("How much is used") == ["/o/\(europe)/calls"])
    }

    @Test func `a day without calls has no bar, and one call among many is still seen`() throws {
        let start = Instant(seconds: 1_798_675_200)
        func row(_ day: Int, _ calls: Int, _ refused: Int) -> UsageRow {
            UsageRow(at: start.adding(seconds: day * 86_400), group: .init(), calls: calls, refused: refused)
        }
        func report(_ rows: [UsageRow]) -> UsageReport {
            UsageReport(
                from: start, until: start.adding(seconds: 30 * 86_400), unit: .day, grouping: nil, rows: rows,
                calls: rows.reduce(0) { $0 + $1.calls }, refused: rows.reduce(0) { $0 + $1.refused }, callers: nil)
        }
        #expect(DayChart(report([])) == nil)
        let chart = try #require(DayChart(report([row(0, 1, 0), row(1, 1000, 250), row(29, 10, 10)])))
        #expect(chart.bars.map(\.x) == [0, 24])
        #expect(chart.bars.map(\.height) == [1, 120])
        #expect(chart.refusedBars.map(\.x) == [24, 29 * 24])
        #expect(chart.refusedBars.map(\.y) == [0, 158])
        #expect(chart.days.count == 30)
        #expect(chart.days.first == DayChart.Day(day: "29 January 2027", calls: "10", refused: "10"))
        #expect((chart.first, chart.last) == ("31 December 2026", "29 January 2027"))
    }
}

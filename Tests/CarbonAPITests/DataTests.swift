import CarbonAPI
import Foundation
import Locking
import TestSupport
import Testing

@Suite("Uploads, rows, calculation and export", .onEveryEngine)
struct DataTests {
    /// A data source and its identifier.
    private func source(_ api: CarbonFront, as token: String = "group") async throws -> String {
        let draft: JSON = ["name": "Bills", "userEmail": "a@example.com"]
        return try await api.done("POST", "/datasource", draft, as: token)["datasourceId"].string
    }

    private static let header =
        "facility_internal_id,product_key,activity,sub_activity,period_start,period_end,quantity,unit\n"

    @Test func `large answers and files are compressed for who takes that, and for nobody else`() async throws {
        let api = try await CarbonFront()
        _ = try await WallTests.things(api)
        let plain = try await api.get("/openapi.json")
        for (accepted, coding) in [
            ("gzip", "gzip"), ("br, gzip;q=0.5", "gzip"), ("gzip;q=0", nil), ("br", nil), ("identity", nil),
        ] {
            let answer = try await api.get("/openapi.json", headers: [("Accept-Encoding", accepted)])
            #expect(answer.status == 200 && answer.headers["content-encoding"] == coding, "\(accepted)")
            #expect(answer.headers["vary"] == "Accept-Encoding")
            #expect(answer.headers["x-worth-compressing"] == nil)
            if coding == nil { #expect(answer.body == plain.body) }
            if coding != nil { #expect(answer.body.count * 4 < plain.body.count, "\(answer.body.count)") }
        }
        let small = try await api.get("/3/footprints", bearer: "nobody", headers: [("Accept-Encoding", "gzip")])
        #expect(small.status == 401 && small.headers["content-encoding"] == nil && small.headers["vary"] == nil)
        let head = try await api.send("HEAD", "/openapi.json", headers: [("Accept-Encoding", "gzip")])
        #expect(head.status == 200 && head.headers["content-encoding"] == nil && head.body.isEmpty)

        // What was compressed is what it was, of an answer and of a file.
        let id = try await api.done("POST", "/export", ["filters": ["financialYears": [2025]]])["exportId"].string
        var export = JSON.null
        try await eventually {
            export = try await api.done("GET", "/export/\(id)")
            return export["status"] == "SUCCEEDED"
        }
        let link = try export["urls"][0].string
        for url in [api.base + "/openapi.json", link] {
            let told = try await FinishedCommand.tool("curl", ["-sS", url])
            let options = ["-sS", "--compressed", "-H", "Accept-Encoding: gzip", "-w", "\n%header{content-encoding}"]
            let compressed = try await FinishedCommand.tool("curl", options + [url])
            #expect(compressed.output == told.output + "\ngzip" && !told.output.isEmpty, "\(compressed.errors)")
            // HTTP/1.0 has no pieces.
            let old = ["-sS", "--http1.0", "-H", "Accept-Encoding: gzip", "-w", "\n%header{content-encoding}", url]
            #expect(try await FinishedCommand.tool("curl", old).output == told.output + "\n")
        }
        // What was asked for as a gzip file is one, and is not packed once more.
        let parted: [String: JSON] = ["partitionedBy": ["scope"]]
        let form: JSON = .object(parted.merging(["type": "CSV", "compression": "GZIP"]) { _, new in new })
        let wish: JSON = ["filters": ["financialYears": [2025]], "format": form]
        let packed = try await api.files(of: wish)
        let unpacked = try await api.export("CSV", parted)
        #expect(packed.count == unpacked.count && !packed.isEmpty)
        for (url, plain) in zip(packed, unpacked) {
            let sent = try await FinishedCommand.tool(
                "bash", ["-c", "curl -sSD /dev/stderr -H 'Accept-Encoding: gzip' '\(url)' | gzip -dc"])
            #expect(sent.output == plain.text && !sent.output.isEmpty)
            #expect(sent.errors.contains(": application/gzip"), "\(sent.errors)")
            #expect(!sent.errors.lowercased().contains("content-encoding"), "\(sent.errors)")
            #expect(sent.errors.contains(#/filename="corporate-footprint(-\d)?.csv.gz"/#), "\(sent.errors)")
        }
        // An answer to what never was a request has nobody who takes anything.
        #expect(try await api.exchange("no request at all\r\n\r\n").hasPrefix("HTTP/1.1 400 "))
        #expect(try await api.get("/openapi.json").status == 200)
    }

    @Test func `the sample data comes to its golden totals, also for one of its companies`() async throws {
        let api = try await CarbonFront()
        try await SampleLoader(base: api.base, token: "group").load()
        let all = try await facts(api, as: "group")
        #expect(all.count == 468)
        var totals: [String: Decimal] = [:]
        for fact in all {
            let emission = try Self.decimal(fact["emission_quantity"].string)
            totals[try fact["scope_category"].string, default: 0] += emission
        }
        for (category, total) in [
            ("1", "180088.92"), ("2", "499221"), ("3.1", "10425875.6125464"), ("3.3", "221485.86"),
            ("3.4", "358779.84"), ("3.5", "2331.7008"), ("3.6", "10650.24"),
        ] {
            #expect(totals[category] == (try Self.decimal(total)), "\(category)")
        }
        #expect(totals.count == 7)
        #expect(totals.values.reduce(0, +) == (try Self.decimal("11698433.1733464")))

        // The store in Hamburg alone, though its figures came in a file of the group's.
        let store = try await facts(api, as: "gmbh")
        #expect(try store.map { try Self.decimal($0["emission_quantity"].string) }.reduce(0, +) == 5922)
        #expect(try Set(store.map { try $0["root_org_name"].string }) == ["Tarnside Group"])
        #expect(try await facts(api, as: "other").isEmpty)

        // By company, a file each; and as CSV with a line more than there are rows.
        let parted = try await api.export("JSON", ["partitionedBy": ["bu_name"]])
        #expect(parted.count == 3)
        let csv = try await api.export("csv")[0]
        #expect(csv.headers["content-disposition"] == "attachment; filename=\"corporate-footprint.csv\"")
        #expect(csv.text.split(separator: "\r\n").count == 469)
        #expect(csv.text.hasPrefix("fact_uuid,calendar_date,"))
    }

    private func facts(_ api: CarbonFront, as token: String) async throws -> [JSON] {
        let file = try #require(try await api.export("JSON", as: token).first)
        return try file.text.split(separator: "\n").map { try JSON(parsing: Array($0.utf8)) }
    }

    private static func decimal(_ text: String) throws -> Decimal {
        try #require(Decimal(string: text, locale: Locale(identifier: "en_US_POSIX")), "\(text)")
    }

    @Test func `a file that is not right all through is told line by line, and changes nothing`() async throws {
        let api = try await CarbonFront()
        try await api.done(
            "POST", "/facilities/bulk",
            .facility("Plant", ["internalId": "P", "hasAddress": true, "country": "GB"]))
        try await api.done("POST", "/facilities/bulk", .facility("Secret", ["internalId": "X"]), as: "other")
        let wrong = try await api.call(
            "POST", CarbonFront.path + "/datasource", bearer: "group", ["name": "", "userEmail": 5])
        #expect(try wrong.status == 422 && wrong.json["errors"].elements.count == 2, "each is told once")
        let source = try await source(api)
        let good = "P,,ElectricityPurchased,grid,2025-01-01,2025-01-31,1000,kWh\n"
        let sent = try await api.send(
            Self.header + good + "P,,ElectricityPurchased,grid,2025-01-01,2025-02-01,1000,kWh\n"
                + "X,,WaterUse,,2025-01-01,2025-01-31,1,m3\n" + "P,,WaterUse,,2025-01-01,2025-01-31,1e9,litre\n"
                + "P,,Sorcery,,2025-13-01,2025-01-31,,m3\n\n\"P\",,WaterUse,,2025-01-01,2025-01-31,-1,m3\n", to: source)
        #expect(sent["status"] == "REJECTED")
        let found = try sent["errors"].elements.map { "\(try $0["line"].integer) \(try $0["column"].string)" }
        for expected in ["3 period_end", "5 quantity", "6 period_start", "6 quantity", "8 quantity"] {
            #expect(found.contains(expected), "\(expected) in \(found)")
        }
        // Another's facility is as none.
        let foreign = try await api.send(Self.header + "X,,WaterUse,,2025-01-01,2025-01-31,1,m3\n", to: source)
        #expect(try foreign["errors"][0]["message"].string == "there is no such facility")
        // What two companies of the group have is told of every row.
        for token in ["springs", "gmbh"] {
            try await api.done("POST", "/facilities/bulk", .facility("Twin", ["internalId": "T"]), as: token)
        }
        let twin = "T,,WaterUse,,2025-01-01,2025-01-31,1,m3\n"
        let several = try await api.send(Self.header + twin + twin, to: source)
        let problem: JSON = "several organizations have one of this identifier"
        #expect(try several["errors"].elements.map { $0["message"] } == [problem, problem])
        for broken in [
            "facility,quantity\n1,2\n", Self.header + "\"P,1", Self.header + "P,1\n", "{\"quantity\":}", "[1]", "[[",
            "\u{0}\u{1}", Self.header, "{\"activity\":\"WaterUse\",\"wrong\":1}", "\u{FEFF}",
            "\u{FF0C}" + Self.header + good, (Self.header + good).replacing(",", with: ";"),
        ] {
            let dataset = try await api.send(broken, to: source)
            #expect(dataset["status"] == "REJECTED" && dataset["factCount"] == 0, "\(broken)")
        }
        // Each is told by its line.
        let numbers = ["1e400", "NaN", "1,5", "0x10", "1000000000000000000", "\u{FF11}"]
            .map { "P,,WaterUse,,2025-01-01,2025-01-31,\"\($0)\",m3\n" }
        let days = ["2025-02-30", "2025-1-1", "0000-00-00", "31.01.2025"]
            .map { "P,,WaterUse,,\($0),2025-02-28,1,m3\n" }
        let strange = try await api.send("\u{FEFF}" + Self.header + numbers.joined() + days.joined(), to: source)
        #expect(
            try strange["errors"].elements.map { "\(try $0["line"].integer) \(try $0["column"].string)" }
                == (2...7).map { "\($0) quantity" } + (8...11).map { "\($0) period_start" })
        let endless = Self.header + good + "\"P" + String(repeating: good, count: 2000)
        let unclosed = try await api.send(endless, to: source)["errors"]
        #expect(try unclosed[0]["line"] == 3 && unclosed[0]["message"].string.contains("quote"))
        let latin: [UInt8] = Array((Self.header + "Caf").utf8) + [0xE9, 0x0A]
        let wide: [UInt8] = [0xFF, 0xFE] + Self.header.utf8.flatMap { [$0, 0] }
        for bytes in [latin, wide] {
            #expect(try await api.send(bytes, to: source)["errors"][0]["message"] == "it is no UTF-8")
        }
        #expect(try await facts(api, as: "group").isEmpty)

        let json =
            #"{"facility_internal_id":"P","activity":"ElectricityPurchased","period_start":"2025-01-01","#
            + #""period_end":"2025-01-31","quantity":1000.5,"unit":"kWh"}"#
        #expect(try await api.send(json + "\n\n" + json, to: source)["factCount"] == 6)
        #expect(try await api.send("[\(json)]", to: source)["factCount"] == 3)
        let use = try await facts(api, as: "group").filter { $0["lifecycle"] == "Use" }
        #expect(try use.map { try $0["emission_quantity"].string } == ["177.0885", "177.0885", "177.0885"])
        #expect(try await api.status("GET", "/datasource/\(source)", as: "other") == 404)
    }

    @Test func `an export is no formula, its address ends with the credential, and PARQUET is refused by name`()
        async throws
    {
        let gate = Gatekeeper()
        let api = try await CarbonFront(verifier: gate)
        // An invisible joiner makes another character of the sign before it, and not another formula.
        let name = "=\u{200D}HYPERLINK(\"http://x\")"
        try await api.done(
            "POST", "/facilities/bulk",
            .facility(name, ["internalId": "=P", "hasAddress": true, "country": "GB", "postalCode": "+1,\n2"]))
        let source = try await source(api)
        // The import takes off what the export puts on.
        let row = "'=P,,ElectricityPurchased,grid,2025-01-01,2025-01-31,1000,kWh\n"
        #expect(try await api.send(Self.header + row, to: source)["status"] == "PROCESSED")
        let csv = try await api.export("CSV")[0].text
        #expect(csv.contains(",\"'=\u{200D}HYPERLINK(\"\"http://x\"\")\",") && csv.contains(",\"'+1,\n2\","))
        #expect(!csv.contains(",=") && !csv.contains(",+") && !csv.contains(",\"="))

        let parquet: JSON = [
            "filters": ["financialYears": [2022]], "format": ["type": "PARQUET", "compression": "snappy"],
        ]
        let refused = try await api.call("POST", CarbonFront.path + "/export", bearer: "group", parquet)
        #expect(refused.status == 422 && refused.text.contains("CSV and JSON"))
        #expect(try refused.json["status"].string == "Unprocessable")
        // What says null says nothing.
        let endless: JSON = ["filters": ["financialYears": .null, "startDate": "2025-01-01"]]
        #expect(try await api.status("POST", "/export", endless) == 422)
        let period: JSON = ["filters": ["startDate": "2025-01-01", "endDate": "2025-01-31"]]
        let id = try await api.done("POST", "/export", period)["exportId"].string
        var urls: [JSON] = []
        try await eventually {
            urls = try await api.done("GET", "/export/\(id)")["urls"].elements
            return !urls.isEmpty
        }
        let path = try urls[0].string.replacing(api.base, with: "")
        #expect(try await api.get(path).status == 200)
        #expect(try await api.done("GET", "/export/\(id)")["urls"][0] == urls[0], "polling renews it")
        #expect(try await api.get(path + "0").status == 404)
        #expect(try await api.status("GET", "/export/\(id)", as: "other") == 404)
        gate.close()
        #expect(try await api.get(path).status == 404)
    }

    @Test func `an upload comes in parts in any order, can be gone on with, and ends as often as one likes`()
        async throws
    {
        let api = try await CarbonFront()
        try await api.done(
            "POST", "/facilities/bulk", .facility("Plant", ["internalId": "P", "hasAddress": true, "country": "GB"]))
        let source = try await source(api)
        let start = "/datasource/\(source)/upload?userEmail=a%40example.com&fileName=rows.jsonl"
        let begun = try await api.call("GET", CarbonFront.path + start, bearer: "group")
        #expect(begun.status == 201 && begun.headers["cache-control"] == "no-store")
        let (upload, file) = (try begun.json["uploadId"].string, try begun.json["fileId"].string)
        let row =
            #"{"facility_internal_id":"P","activity":"WaterUse","period_start":"2025-01-01","#
            + #""period_end":"2025-01-31","quantity":"10","unit":"m3"}"# + "\n"
        let blanks = String(repeating: String(repeating: " ", count: 60_000) + "\n", count: 84)
        let first = Array((row + blanks).utf8)
        let second = try await part(2, Array(row.utf8), of: upload, range: nil, api, source)
        let path = "/datasource/\(source)/upload/\(upload)"
        let early: JSON = ["fileName": "rows.jsonl", "parts": second]
        #expect(try await api.status("POST", path + "/file/\(file)/complete", early) == 422, "the first is missing")
        _ = try await part(1, Array("wrong".utf8), of: upload, range: nil, api, source)
        let again = try await part(
            1, first, of: upload, range: "bytes 0-\(first.count - 1)/\(first.count + row.utf8.count)", api, source)
        #expect(try await api.done("GET", path)["parts"].elements.count == 2)
        let parts: JSON = .list([second, again, again])
        let wrongs: [(JSON, String)] = [
            (["parts": [["PartNumber": 1, "ETag": "0"]]], "another digest"), (["parts": []], "nothing"),
            (["parts": "x"], "no list"), ([:], "no parts"),
        ]
        for (wrong, reason) in wrongs {
            #expect(try await api.status("POST", path + "/file/\(file)/complete", wrong) == 422, "\(reason)")
        }
        #expect(try await api.status("POST", path + "/file/\(file)/complete", ["parts": parts], as: "other") == 404)
        for _ in 0..<2 {
            let done = try await api.done("POST", path + "/file/\(file)/complete", ["parts": parts])
            #expect(done["status"] == "Multipart Upload Complete")
        }
        #expect(try await api.done("GET", path)["status"] == "Multipart Upload Complete")
        let dataset = try await api.settled(file, of: source)
        #expect(dataset["status"] == "PROCESSED" && dataset["rowCount"] == 2)
    }

    /// Sends a part, and gives the answer's list as it came.
    private func part(
        _ number: Int, _ bytes: [UInt8], of upload: String, range: String?, _ api: CarbonFront, _ source: String
    ) async throws -> JSON {
        var headers = [("Authorization", "Bearer group"), ("Content-Type", "multipart/form-data; boundary=\"a b-c\"")]
        if let range { headers.append(("Content-Range", range)) }
        let answer = try await api.send(
            "POST", CarbonFront.path + "/datasource/\(source)/upload", headers: headers,
            body: Self.form([("file", bytes), ("uploadId", Array(upload.utf8)), ("partNo", Array("\(number)".utf8))]))
        guard answer.status == 201 else { throw ServerFailure("\(answer.status) \(answer.text)") }
        return try answer.json["parts"]
    }

    private static func form(_ fields: [(String, [UInt8])]) -> [UInt8] {
        fields.flatMap { name, bytes in
            Array("--a b-c\r\nContent-Disposition: form-data; name=\"\(name)\"; filename=\"x\"\r\n\r\n".utf8) + bytes
                + Array("\r\n".utf8)
        } + Array("--a b-c--\r\n".utf8)
    }

    @Test func `a part that is none is refused, and what nobody completes is swept away`() async throws {
        let api = try await CarbonFront { options in
            options.uploadLifetime = 0
            options.sweepInterval = 1
        }
        let source = try await source(api)
        let path = CarbonFront.path + "/datasource/\(source)/upload"
        let bearer = ("Authorization", "Bearer group")
        let type = ("Content-Type", "multipart/form-data; boundary=\"a b-c\"")
        let upload = Array("11111111-1111-4111-8111-111111111111".utf8)
        let good = Self.form([("file", [1]), ("uploadId", Array("x".utf8)), ("partNo", Array("0".utf8))])
        let wrongs: [(headers: [(String, String)], body: [UInt8], status: Int)] = [
            ([bearer], good, 415), ([bearer, type], Array(good.dropLast(10)), 400), ([bearer, type], [], 400),
            ([bearer, type], Array("--a b-c".utf8), 400), ([bearer, type], good, 422),
            ([bearer, type], Self.form([("file", [1]), ("file", [2])]), 400),
            ([bearer, type, ("Content-Range", "bytes 5-1/2")], good, 422),
            ([bearer, type], Self.form([("partNo", [UInt8](repeating: 0x31, count: 5000))]), 413),
            ([bearer, type], Self.form([("partNo", [0x31]), ("partNo", [0x32])]), 400),
            ([bearer, type], Self.form([("uploadId", upload), ("uploadId", upload)]), 400),
            ([bearer, type], Self.form([("uploadId", upload), ("partNo", [0x31])]), 422),
            ([bearer, type], Self.form([("uploadId", upload), ("partNo", Array("1e400".utf8)), ("file", [1])]), 422),
            ([bearer, type], Self.form([("uploadId", [0xFF])]), 400),
            ([bearer, type], Array("--a b-c\r\nContent-Disposition: form-data\r\n\r\n1\r\n--a b-c--".utf8), 400),
            ([bearer, type], Array("--a b-c\r\n\r\n1\r\n--a b-c--".utf8), 400),
            ([bearer, type, ("Content-Encoding", "gzip")], good, 415),
            (
                [bearer, type, ("Content-Range", "bytes 5-4/10")],
                Self.form([("uploadId", upload), ("partNo", [0x31]), ("file", [])]), 422
            ),
        ]
        for (headers, body, status) in wrongs {
            let answer = try await api.send("POST", path, headers: headers, body: body)
            #expect(answer.status == status, "\(answer.text)")
        }
        let begun = try await api.done("GET", "/datasource/\(source)/upload?userEmail=a%40b&fileName=f")
        let abandoned = try begun["uploadId"].string
        let gone = try await eventually {
            try await api.status("GET", "/datasource/\(source)/upload/\(abandoned)") == 404
        }
        #expect(gone)
        #expect(try await api.status("GET", "/datasource/\(source)/upload?fileName=f") == 422)
    }
}

/// Lets the group in until it is told not to.
private final class Gatekeeper: CallerVerifier {
    private let isOpen = Lock(true)

    func close() { isOpen.withLock { $0 = false } }

    func verdict(on credential: String, from address: String?) async -> CallerVerdict {
        guard isOpen.withLock({ $0 }) else { return .refused(CallerRefusal(status: 401)) }
        return await Sample.callers.verdict(on: credential, from: address)
    }
}

/// The shapes of bodies and answers, as the OpenAPI document has them (JSON Schema 2020-12). What answers say is `null` in places where
/// the document of the API that this one stands for has a text: there it may be absent.
enum DocumentSchemas {
    static let text = #"""
        {
        "Message":{"type":"object","properties":{"message":{"type":"string"},"success":{"type":"boolean"},
        \#(refusalMembers)},"required":["message","request_id"],"description":"Something is wrong."},
        "StatusMessage":{"type":"object","properties":{"status":{"type":"string"},"message":{"type":"string"},
        \#(refusalMembers)},"required":["status","message","request_id"]},
        "PactError":{"type":"object","properties":{"code":{"type":"string"},"message":{"type":"string"},
        \#(refusalMembers)},"required":["code","message"]},
        "Finding":{"type":"object","properties":{"field":{"type":"string"},"code":{"type":"string","enum":["required",
        "invalid","too_long","out_of_range","unknown","duplicate","immutable"]},"message":{"type":"string"},
        "line":{"type":"integer"},"column":{"type":"string"}},"required":["field","code","message"]},
        "Identifier":{"type":"object","properties":{"id":{"type":"string","format":"uuid"}},"required":["id"]},
        "Identifiers":{"type":"object","properties":{"ids":{"type":"array","items":{"type":"string","format":"uuid"}}},
        "required":["ids"]},
        "IdentifierList":{"type":"object","properties":{"ids":{"type":"array","items":{"type":"string","format":"uuid"},
        "minItems":1,"maxItems":\#(Call.mostIdentifiers)}},"required":["ids"]},
        "Success":{"type":"object","properties":{"success":{"type":"boolean"}},"required":["success"]},
        "Organizations":{"type":"object","properties":{"organizations":{"type":"array","items":\#(named)}},
        "required":["organizations"]},
        "Countries":{"type":"object","properties":{"countries":{"type":"array","items":\#(coded)}},
        "required":["countries"]},
        "Subdivisions":{"type":"object","properties":{"subdivisions":{"type":"array","items":{"type":"object",
        "properties":{"code":{"type":"string"},"name":{"type":"string"},"type":{"type":"string"},
        "countryCode":{"type":"string"}}}}},"required":["subdivisions"]},
        "FacilityTypes":{"type":"object","properties":{"types":{"type":"array","items":\#(named)}},
        "required":["types"]},
        "FacilityVersionDraft":{"type":"object","properties":{"buId":\#(id),\#(keptMembers),
        "effectiveDate":\#(date)},"required":["buId","name","hasAddress","effectiveDate"],
        "description":"What is not said stays as it was."},
        "FacilityVersionEdit":{"type":"object","properties":{"buId":\#(id),\#(keptMembers),
        "effectiveDate":\#(optionalDate)},"required":["buId","name","hasAddress"],
        "description":"What is not said stays as it was."},
        "FacilityDraft":{"type":"object","properties":{\#(draftMembers),"parentId":\#(optionalID),
        "areas":{"type":["array","null"],"items":{"$ref":"#/components/schemas/AreaDraft"},
        "maxItems":\#(FacilityDraft.mostAreas)}},"required":["name","hasAddress","capacityUnit","boundaryIndicator"]},
        "AreaDraft":{"type":"object","properties":{\#(draftMembers)},"required":["name","hasAddress","capacityUnit",
        "boundaryIndicator"],"description":"An area of the facility around it. It needs facilityTypeId."},
        "FacilityDrafts":{"type":"object","properties":{"facilities":{"type":"array",
        "items":{"$ref":"#/components/schemas/FacilityDraft"},"minItems":1,"maxItems":1000}},"required":["facilities"]},
        "CreatedFacilities":{"type":"object","properties":{"facilities":{"type":"array","items":{"type":"object",
        "properties":{"facilityId":{"type":"string","format":"uuid"},"versionId":{"type":"string","format":"uuid"},
        "internalId":{"type":["string","null"]}}}}},"required":["facilities"]},
        "FacilityEdit":{"type":"object","properties":{"facilityId":\#(optionalID),
        "internalId":\#(optionalText(200)),"tags":\#(optionalTexts),"facilityTypeId":\#(optionalID)}},
        "Facility":{"type":"object","properties":{"facilityId":{"type":"string","format":"uuid"},
        "versionId":{"type":"string","format":"uuid"},"facilityName":{"type":"string"},"internalId":{"type":["string",
        "null"]},"facilityType":{"oneOf":[\#(named),{"type":"null"}]},"ownershipType":{"type":"string",
        "enum":\#(words(FacilityWords.ownershipTypes))},"organization":\#(named),"buId":{"type":"string",
        "format":"uuid"},"tags":{"type":"array","items":{"type":"string"}},"hasAddress":{"type":"boolean"},
        "inheritParentAddress":{"type":"boolean"},"addressLine1":{"type":["string","null"]},
        "addressLine2":{"type":["string","null"]},"postalCode":{"type":["string","null"]},"city":{"type":["string",
        "null"]},"regionCode":{"type":["string","null"]},"region":{"oneOf":[\#(coded),{"type":"null"}]},
        "country":{"oneOf":[\#(coded),{"type":"null"}]},"countrySub":{"oneOf":[\#(coded),{"type":"null"}]},
        "isOpen":{"type":"boolean"},"effectiveDate":{"type":"string","format":"date"},"endDate":{"type":["string",
        "null"],"format":"date"},"employeeCount":{"type":["integer","null"]},"capacity":{"type":["number","null"]},
        "capacityUnit":{"type":"string"},"boundaryIndicator":{"type":"string",
        "enum":\#(words(FacilityWords.boundaries))},"parentId":{"type":["string","null"],"format":"uuid"},
        "versions":{"type":"array","items":{"$ref":"#/components/schemas/Facility"}},"areas":{"type":"array",
        "items":{"$ref":"#/components/schemas/Facility"}}},"required":["facilityId","versionId","facilityName",
        "internalId","facilityType","ownershipType","organization","buId","tags","hasAddress","inheritParentAddress",
        "addressLine1","addressLine2","postalCode","city","regionCode","region","country","countrySub","isOpen",
        "effectiveDate","endDate","employeeCount","capacity","capacityUnit","boundaryIndicator","parentId"]},
        "Facilities":{"type":"object","properties":{"facilities":{"type":"array",
        "items":{"$ref":"#/components/schemas/Facility"}}},"required":["facilities"]},
        "FacilityAnswer":{"type":"object","properties":{"facility":{"$ref":"#/components/schemas/Facility"}},
        "required":["facility"]},
        "ProductDraft":{"type":"object","properties":{"productKey":\#(someText(200)),\#(productMembers)},
        "required":["productKey","name","declaredUnit","weightPerDeclaredUnit","weightUnit"]},
        "ProductDrafts":{"type":"object","properties":{"products":{"type":"array",
        "items":{"$ref":"#/components/schemas/ProductDraft"},"minItems":1,"maxItems":1000}},"required":["products"]},
        "ProductEdit":{"type":"object","properties":{"id":\#(optionalID),"productKey":\#(optionalText(200)),
        \#(productMembers)}},
        "ProductEdits":{"type":"object","properties":{"products":{"type":"array","items":{"type":"object",
        "properties":{"id":\#(id),"productKey":\#(optionalText(200)),\#(productMembers)},"required":["id"]},
        "minItems":1,"maxItems":1000}},"required":["products"]},
        "Product":{"type":"object","properties":{"id":{"type":"string","format":"uuid"},"productKey":{"type":"string"},
        "name":{"type":"string"},"description":{"type":["string","null"]},"category":{"type":["string","null"]},
        "declaredUnit":{"type":"string"},"weightPerDeclaredUnit":{"type":"number"},"weightUnit":{"type":"string",
        "enum":\#(words(WeightUnit.names))},"additionalData":{"type":"object"},"updatedAt":{"type":"string",
        "format":"date-time"}},"required":["id","productKey","name","declaredUnit","weightPerDeclaredUnit","weightUnit",
        "updatedAt"]},
        "Products":{"type":"array","items":{"$ref":"#/components/schemas/Product"}},
        "StructureDraft":{"type":"object","properties":{"productId":\#(id),\#(structureMembers)},
        "required":["productId","validFrom","facilityName"]},
        "StructureOfProduct":{"type":"object","properties":{"productId":\#(optionalID),\#(structureMembers)},
        "required":["validFrom","facilityName"]},
        "StructureDrafts":\#(oneOrMany("StructureOfProduct")),
        "StructureEdit":{"type":"object","properties":{"id":\#(optionalID),"routeDescription":\#(someText(2000))},
        "required":["routeDescription"]},
        "StructureOfManyEdit":{"type":"object","properties":{"id":\#(id),"routeDescription":\#(someText(2000))},
        "required":["id","routeDescription"]},
        "StructureEdits":\#(oneOrMany("StructureOfManyEdit")),
        "Structure":{"type":"object","properties":{"id":{"type":"string","format":"uuid"},
        "productId":{"type":"string","format":"uuid"},\#(structureMembers),
        "facilityId":{"type":"string","format":"uuid"},"createdAt":{"type":"string","format":"date-time"},
        "updatedAt":{"type":"string","format":"date-time"}},"required":["id","productId","facilityId","facilityName",
        "validFrom","customerStructureId"]},
        "Structures":{"type":"object","properties":{"structures":{"type":"array",
        "items":{"$ref":"#/components/schemas/Structure"}}},"required":["structures"]},
        "InputDraft":{"type":"object","properties":{\#(inputMembers)},"required":["structureId","inputName",
        "productOrPackaging","weight","weightUnit"]},
        "InputDrafts":{"type":"object","properties":{"inputs":{"type":"array",
        "items":{"$ref":"#/components/schemas/InputDraft"},"minItems":1,"maxItems":1000}},"required":["inputs"]},
        "StructureInputDrafts":{"type":"object","properties":{"inputs":{"type":"array","items":{"type":"object",
        "properties":{\#(inputMembers)},"required":["inputName","productOrPackaging","weight","weightUnit"]},"minItems":1,
        "maxItems":1000}},"required":["inputs"]},
        "InputEdit":{"type":"object","properties":{"id":\#(optionalID),\#(inputMembers)}},
        "InputEdits":{"type":"object","properties":{"inputs":{"type":"array","items":{"type":"object",
        "properties":{"id":\#(id),\#(inputMembers)},"required":["id"]},"minItems":1,
        "maxItems":500}},"required":["inputs"]},
        "Input":{"type":"object","properties":{"id":{"type":"string","format":"uuid"},"structureId":{"type":"string",
        "format":"uuid"},"inputCode":{"type":["string","null"]},"inputName":{"type":"string"},
        "inputCategory":{"type":["string","null"]},"inputSubCategory":{"type":["string","null"]},
        "productOrPackaging":{"type":"string","enum":\#(words(StructureInput.kinds))},"weight":{"type":"number"},
        "weightUnit":{"type":"string","enum":\#(words(WeightUnit.names))},"sourceCountry":{"type":["string","null"]},
        "supplierCountryCode":{"type":["string","null"]},"supplierName":{"type":["string","null"]},
        "recyclePercentage":{"type":["number","null"]},"downstreamInputType":{"oneOf":[{"type":"string",
        "enum":\#(words(StructureInput.downstreamTypes))},{"type":"null"}]},"noOfUses":{"type":["number","null"]},
        "additionalData":{"type":"object"},"createdAt":{"type":"string","format":"date-time"},
        "updatedAt":{"type":"string","format":"date-time"}},"required":["id","structureId","inputName",
        "productOrPackaging","weight","weightUnit"]},
        "Inputs":{"type":"array","items":{"$ref":"#/components/schemas/Input"}},
        "DataSourceDraft":{"type":"object","properties":{\#(sourceMembers),"buId":\#(optionalID)},
        "required":["name","userEmail"]},
        "DataSourceEdit":{"type":"object","properties":{\#(sourceMembers)}},
        "DataSource":{"type":"object","properties":{"datasourceId":{"type":"string","format":"uuid"},
        "organizationId":{"type":"string","format":"uuid"},\#(sourceMembers),"createdAt":{"type":"string",
        "format":"date-time"}},"required":["datasourceId","name","userEmail"]},
        "DataSources":{"type":"object","properties":{"datasources":{"type":"array",
        "items":{"$ref":"#/components/schemas/DataSource"}}},"required":["datasources"]},
        "Dataset":{"type":"object","properties":{"datasetId":{"type":"string","format":"uuid"},
        "fileId":{"type":"string","format":"uuid"},"datasourceId":{"type":"string","format":"uuid"},
        "fileName":{"type":"string"},"status":{"type":"string","enum":["RECEIVED","PROCESSED","REJECTED"]},
        "rowCount":{"type":"integer"},"rowsDone":{"type":"integer"},"factCount":{"type":"integer"},
        "errors":{"type":"array","items":{"$ref":"#/components/schemas/Finding"}},"notes":{"type":"array",
        "items":{"$ref":"#/components/schemas/Finding"}},"createdAt":{"type":"string","format":"date-time"},
        "endedAt":{"type":["string","null"],"format":"date-time"}},"required":["datasetId","status","errors"]},
        "Datasets":{"type":"object","properties":{"datasets":{"type":"array",
        "items":{"$ref":"#/components/schemas/Dataset"}}},"required":["datasets"]},
        "Rows":{"type":"string",
        "description":"CSV with a header, JSON with an object a line, or a JSON array. Columns: facility_internal_id, product_key, activity, sub_activity, period_start, period_end, quantity, unit."},
        "UploadStarted":{"type":"object","properties":{"status":{"type":"string"},"uploadId":{"type":"string",
        "format":"uuid"},"fileId":{"type":"string","format":"uuid"}},"required":["status","uploadId","fileId"]},
        "PartForm":{"type":"object","properties":{"file":{"type":"string","format":"binary"},
        "uploadId":{"type":"string","format":"uuid"},"partNo":{"type":"integer","minimum":1,"maximum":10000}},
        "required":["file","uploadId","partNo"]},
        "UploadPart":{"type":"object","properties":{"dataSourceId":{"type":"string","format":"uuid"},
        "parts":{"type":"array","items":\#(part)},"status":{"type":"string"}},"required":["dataSourceId","parts",
        "status"]},
        "UploadCompletion":{"type":"object","properties":{"fileName":\#(optionalText(DataSourceOperations.mostFileName)),
        "parts":{"type":"array","items":{"oneOf":[\#(part),{"type":"array","items":\#(part)}]},"minItems":1}},
        "required":["parts"]},
        "UploadStatus":{"type":"object","properties":{"status":{"type":"string"}},"required":["status"]},
        "ExportWish":{"type":"object","properties":{"filters":{"type":"object",
        "properties":{"startDate":\#(optionalDate),"endDate":\#(optionalDate),"financialYears":{"type":["array","null"],
        "items":{"type":["integer","string"],"minimum":1900,"maximum":2200},"minItems":1,"maxItems":50}},
        "description":"Years, or both dates."},"format":{"type":"object","properties":{"type":{"type":["string",
        "null"],"description":"CSV or JSON, in any case"},"compression":{"type":["string","null"],
        "description":"none, or gzip (auto is the same), in any case"},"partitionedBy":{"type":["array","null"],
        "items":{"enum":\#(words(EmissionFact.columns))},"maxItems":1}}}},"required":["filters"]},
        "ExportCreated":{"type":"object","properties":{"status":{"type":"string"},"exportId":{"type":"string",
        "format":"uuid"}},"required":["status","exportId"]},
        "Export":{"type":"object","properties":{"status":{"type":"string","enum":["QUEUED","RUNNING","SUCCEEDED",
        "FAILED"]},"exportId":{"type":"string","format":"uuid"},"urls":{"type":"array","items":{"type":"string",
        "format":"uri"}},"format":{"type":"object"},"rowCount":{"type":"integer"},"problem":{"type":["string","null"]},
        "createdAt":{"type":"string","format":"date-time"},"expiresAt":{"type":"string","format":"date-time"}},
        "required":["status","exportId","urls"]},
        "ExportFile":{"type":"string"},
        "Footprint":{"type":"object","properties":{"id":{"type":"string","format":"uuid"},
        "specVersion":{"type":"string"},"created":{"type":"string","format":"date-time"},"status":{"type":"string",
        "enum":["Active","Deprecated"]},"companyName":{"type":"string"},"companyIds":{"type":"array",
        "items":{"type":"string"},"minItems":1},"productDescription":{"type":"string"},"productIds":{"type":"array",
        "items":{"type":"string"},"minItems":1},"productClassifications":{"type":"array","items":{"type":"string"},
        "minItems":1},"productNameCompany":{"type":"string"},"comment":{"type":"string"},
        "precedingPfIds":{"type":"array","items":{"type":"string","format":"uuid"},"minItems":1},
        "pcf":{"type":"object"}},"required":["id","specVersion","created","status","companyName","companyIds",
        "productDescription","productIds","productNameCompany","pcf"]},
        "Footprints":{"type":"object","properties":{"data":{"type":"array",
        "items":{"$ref":"#/components/schemas/Footprint"}}},"required":["data"]},
        "FootprintAnswer":{"type":"object","properties":{"data":{"$ref":"#/components/schemas/Footprint"}},
        "required":["data"]},
        "Footprint2":{"type":"object","properties":{"id":{"type":"string","format":"uuid"},
        "specVersion":{"type":"string"},"version":{"type":"integer"},"created":{"type":"string","format":"date-time"},
        "status":{"type":"string","enum":["Active","Deprecated"]},"companyName":{"type":"string"},
        "companyIds":{"type":"array","items":{"type":"string"},"minItems":1},"productDescription":{"type":"string"},
        "productIds":{"type":"array","items":{"type":"string"},"minItems":1},"productCategoryCpc":{"type":"string"},
        "productNameCompany":{"type":"string"},"comment":{"type":"string"},"precedingPfIds":{"type":"array",
        "items":{"type":"string","format":"uuid"},"minItems":1},"pcf":{"type":"object"}},"required":["id","specVersion",
        "version","created","status","companyName","companyIds","productDescription","productIds","productCategoryCpc",
        "productNameCompany","comment","pcf"]},
        "Footprint2s":{"type":"object","properties":{"data":{"type":"array",
        "items":{"$ref":"#/components/schemas/Footprint2"}}},"required":["data"]},
        "Footprint2Answer":{"type":"object","properties":{"data":{"$ref":"#/components/schemas/Footprint2"}},
        "required":["data"]},
        "CloudEvent":{"type":"object","properties":{"type":{"type":"string"},"specversion":{"const":"1.0"},
        "id":\#(someText(PactEvent.mostKey)),"source":\#(someText(PactEvent.mostKey)),
        "time":{"type":"string","format":"date-time"},"data":{"type":"object"}},
        "required":["type","specversion","id","source","time","data"],
        "description":"At most \#(PactEvent.mostBytes) bytes, and 1 to \#(PactEvent.mostNamed) pfIds."},
        "FootprintCalculation":{"type":"object","properties":{"year":{"type":["integer","string"],"minimum":1990,
        "maximum":2100}},"required":["year"]},
        "Share":{"type":"object","properties":{"organizationId":{"type":"string","format":"uuid"}},
        "required":["organizationId"]},
        "Document":{"type":"object"},
        "Shares":{"type":"object","properties":{"organizations":{"type":"array","items":{"type":"object",
        "properties":{"id":{"type":"string","format":"uuid"}},"required":["id"]}}},"required":["organizations"]}
        }
        """#

    // MARK: - Members that several have

    private static let versionMembers = #"""
        "name":\#(someText(200)),"hasAddress":{"type":"boolean"},"inheritParentAddress":{"type":["boolean","null"]},
        "addressLine1":\#(optionalText(200)),"addressLine2":\#(optionalText(200)),"postalCode":\#(optionalText(200)),
        "city":\#(optionalText(200)),"region":\#(optionalText(200)),"country":\#(optionalCountry),
        "countrySub":\#(optionalText(200)),"employeeCount":{"type":["integer","string","null"],"minimum":0,
        "maximum":10000000},"capacity":\#(optionalExact(fromNothing)),"isOpen":{"type":["boolean","null"]},
        "ownershipType":\#(optionalWord(FacilityWords.ownershipTypes))
        """#

    private static let keptMembers = #"""
        \#(versionMembers),"capacityUnit":{"enum":["m2",null]},
        "boundaryIndicator":\#(optionalWord(FacilityWords.boundaries))
        """#

    private static let draftMembers = #"""
        "buId":\#(optionalID),"effectiveDate":\#(optionalDate),"internalId":\#(optionalText(200)),
        "facilityTypeId":\#(optionalID),"tags":\#(optionalTexts),\#(versionMembers),
        "capacityUnit":{"const":"m2"},"boundaryIndicator":{"type":"string","enum":\#(words(FacilityWords.boundaries))}
        """#

    private static let productMembers = #"""
        "name":\#(someText(500)),"description":\#(optionalText(2000)),"category":\#(optionalText(500)),
        "declaredUnit":\#(someText(100)),"weightPerDeclaredUnit":\#(exact(aboveNothing)),
        "weightUnit":{"type":"string","enum":\#(words(WeightUnit.names))},"additionalData":\#(optionalObject)
        """#

    private static let structureMembers = #"""
        "validFrom":\#(date),"facilityName":\#(someText(500)),"routeDescription":\#(optionalText(2000)),
        "customerStructureId":\#(optionalText(300))
        """#

    private static let inputMembers = #"""
        "structureId":\#(optionalID),"inputCode":\#(optionalText(500)),"inputName":\#(someText(500)),
        "inputCategory":\#(optionalText(500)),"inputSubCategory":\#(optionalText(500)),
        "productOrPackaging":{"type":"string","enum":\#(words(StructureInput.kinds))},
        "weight":\#(exact(aboveNothing)),"weightUnit":{"type":"string","enum":\#(words(WeightUnit.names))},
        "sourceCountry":\#(optionalCountry),"supplierCountryCode":\#(optionalCountry),
        "supplierName":\#(optionalText(500)),"recyclePercentage":\#(optionalExact(percentage)),
        "downstreamInputType":\#(optionalWord(StructureInput.downstreamTypes)),
        "noOfUses":\#(optionalExact(aboveNothing)),"additionalData":\#(optionalObject)
        """#

    private static let sourceMembers = #"""
        "name":\#(someText(200)),"userEmail":{"type":"string","maxLength":500,"pattern":"@"},
        "startDate":\#(optionalDate),"endDate":\#(optionalDate),
        "updateFrequency":\#(optionalWord(DataSource.frequencies)),"methods":\#(optionalTexts),
        "activities":{"type":["array","null"],"items":{"enum":\#(words(DataSource.allActivities.sorted()))},
        "maxItems":\#(Fields.mostTexts)}
        """#

    private static let refusalMembers = #"""
        "errors":{"type":"array","items":{"$ref":"#/components/schemas/Finding"}},"scope":{"type":"string"},
        "request_id":{"type":"string","format":"uuid"},"invalidIds":{"type":"array","items":{"type":"string"}},
        "conflictingCustomerStructureIds":{"type":"array","items":{"type":"string"}}
        """#

    // MARK: - Values that several have

    /// A part of an upload.
    private static let part = #"""
        {"type":"object","properties":{"PartNumber":{"type":"integer","minimum":1,"maximum":10000},
        "ETag":{"type":"string"}},"required":["PartNumber","ETag"]}
        """#

    /// Something by identifier and name.
    private static let named = #"""
        {"type":"object","properties":{"id":{"type":"string","format":"uuid"},"name":{"type":"string"}},
        "required":["id","name"]}
        """#

    /// A place by code and name.
    private static let coded = #"""
        {"type":"object","properties":{"code":{"type":"string"},"name":{"type":"string"}},"required":["code","name"]}
        """#

    private static let id = #"{"type":"string","format":"uuid"}"#
    private static let date = #"{"type":"string","format":"date"}"#

    // What may be left out may be null or empty, too.

    private static let optionalID = #"{"anyOf":[{"type":"string","format":"uuid"},{"enum":["",null]}]}"#
    private static let optionalDate = #"{"anyOf":[{"type":"string","format":"date"},{"enum":["",null]}]}"#
    private static let optionalCountry = #"{"type":["string","null"],"pattern":"^([A-Z]{2})?$"}"#

    private static let optionalObject = #"""
        {"type":["object","null"],"description":"At most \#(Fields.mostObject) bytes."}
        """#

    private static let optionalTexts = #"""
        {"type":["array","null"],"items":{"type":"string","maxLength":\#(Fields.mostText)},"maxItems":\#(Fields.mostTexts)}
        """#

    /// A text with something in it.
    private static func someText(_ most: Int) -> String { #"{"type":"string","minLength":1,"maxLength":\#(most)}"# }

    private static func optionalText(_ most: Int) -> String { #"{"type":["string","null"],"maxLength":\#(most)}"# }

    private static func optionalWord(_ all: [String]) -> String {
        JSONValue.object([]).with([("enum", .list(all.map { .text($0) } + [.text(""), .null]))]).description
    }

    private static let aboveNothing = #""exclusiveMinimum":0"#
    private static let fromNothing = #""minimum":0"#
    private static let percentage = #""minimum":0,"maximum":100"#

    /// A number, also as a text.
    ///
    /// - Parameter bounds: Those of the number.
    private static func exact(_ bounds: String, _ more: String = "") -> String {
        #"""
        {"type":["number","string"\#(more)],\#(bounds),
        "description":"A number, also as a text: at most \#(Exact.mostWhole) digits before and \#(Exact.mostFraction) behind the point."}
        """#
    }

    private static func optionalExact(_ bounds: String) -> String { exact(bounds, #","null""#) }

    /// One thing, a list of things, or an object with such a list: the document and the examples of the API that this one stands for
    /// differ.
    private static func oneOrMany(_ schema: String) -> String {
        let one = ##"{"$ref":"#/components/schemas/\##(schema)"}"##
        let many = #"{"type":"array","items":\#(one),"minItems":1,"maxItems":500}"#
        let listed = #"{"type":"object","properties":{"structures":\#(many)},"required":["structures"]}"#
        return #"{"anyOf":[\#(listed),\#(many),\#(one)]}"#
    }

    /// The words that the API takes, as a list in JSON.
    private static func words(_ all: [String]) -> String { JSONValue.texts(all).description }
}

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
        "minItems":1,"maxItems":1000}},"required":["ids"]},
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
        "FacilityVersionDraft":{"type":"object","properties":{\#(facilityMembers)},"required":["buId","name",
        "hasAddress"],"description":"What is not said stays as it was. A new version needs effectiveDate, too."},
        "FacilityDraft":{"type":"object","properties":{\#(facilityMembers),"internalId":{"type":["string","null"]},
        "facilityTypeId":{"type":["string","null"],"format":"uuid"},"tags":{"type":"array","items":{"type":"string"}},
        "parentId":{"type":["string","null"],"format":"uuid"},"inheritParentAddress":{"type":"boolean"},
        "capacityUnit":{"const":"m2"},"areas":{"type":"array","items":{"$ref":"#/components/schemas/FacilityDraft"}}},
        "required":["name","hasAddress","capacityUnit","boundaryIndicator"]},
        "FacilityDrafts":{"type":"object","properties":{"facilities":{"type":"array",
        "items":{"$ref":"#/components/schemas/FacilityDraft"},"minItems":1,"maxItems":1000}},"required":["facilities"]},
        "CreatedFacilities":{"type":"object","properties":{"facilities":{"type":"array","items":{"type":"object",
        "properties":{"facilityId":{"type":"string","format":"uuid"},"versionId":{"type":"string","format":"uuid"},
        "internalId":{"type":["string","null"]}}}}},"required":["facilities"]},
        "FacilityEdit":{"type":"object","properties":{"facilityId":{"type":"string","format":"uuid"},
        "internalId":{"type":["string","null"]},"tags":{"type":"array","items":{"type":"string"}},
        "facilityTypeId":{"type":["string","null"],"format":"uuid"}}},
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
        "ProductDraft":{"type":"object","properties":{\#(productMembers)},"required":["productKey","name",
        "declaredUnit","weightPerDeclaredUnit","weightUnit"]},
        "ProductDrafts":{"type":"object","properties":{"products":{"type":"array",
        "items":{"$ref":"#/components/schemas/ProductDraft"},"minItems":1,"maxItems":1000}},"required":["products"]},
        "ProductEdit":{"type":"object","properties":{"id":{"type":"string","format":"uuid"},\#(productMembers)}},
        "ProductEdits":{"type":"object","properties":{"products":{"type":"array","items":{"type":"object",
        "properties":{"id":{"type":"string","format":"uuid"},\#(productMembers)},"required":["id"]},"minItems":1,
        "maxItems":1000}},"required":["products"]},
        "Product":{"type":"object","properties":{"id":{"type":"string","format":"uuid"},"productKey":{"type":"string"},
        "name":{"type":"string"},"description":{"type":["string","null"]},"category":{"type":["string","null"]},
        "declaredUnit":{"type":"string"},"weightPerDeclaredUnit":{"type":"number"},"weightUnit":{"type":"string",
        "enum":\#(words(WeightUnit.names))},"additionalData":{"type":"object"},"updatedAt":{"type":"string",
        "format":"date-time"}},"required":["id","productKey","name","declaredUnit","weightPerDeclaredUnit","weightUnit",
        "updatedAt"]},
        "Products":{"type":"array","items":{"$ref":"#/components/schemas/Product"}},
        "StructureDraft":{"type":"object","properties":{\#(structureMembers)},"required":["productId","validFrom",
        "facilityName"]},
        "StructureDrafts":{"oneOf":[{"type":"object","properties":{"structures":{"type":"array",
        "items":{"type":"object","properties":{\#(structureMembers)},"required":["validFrom","facilityName"]},
        "minItems":1,"maxItems":500}},"required":["structures"]},{"type":"array","items":{"type":"object",
        "properties":{\#(structureMembers)},"required":["validFrom","facilityName"]},"minItems":1,"maxItems":500},
        {"type":"object","properties":{\#(structureMembers)},"required":["validFrom","facilityName"]}]},
        "StructureEdit":{"type":"object","properties":{"id":{"type":"string","format":"uuid"},
        "routeDescription":{"type":"string"}},"required":["routeDescription"]},
        "StructureEdits":{"type":"object","properties":{"structures":{"type":"array","items":{"type":"object",
        "properties":{"id":{"type":"string","format":"uuid"},"routeDescription":{"type":"string"}},"required":["id",
        "routeDescription"]},"minItems":1,"maxItems":500}},"required":["structures"]},
        "Structure":{"type":"object","properties":{"id":{"type":"string","format":"uuid"},\#(structureMembers),
        "facilityId":{"type":"string","format":"uuid"},"createdAt":{"type":"string","format":"date-time"},
        "updatedAt":{"type":"string","format":"date-time"}},"required":["id","productId","facilityId","facilityName",
        "validFrom","customerStructureId"]},
        "Structures":{"type":"object","properties":{"structures":{"type":"array",
        "items":{"$ref":"#/components/schemas/Structure"}}},"required":["structures"]},
        "InputDraft":{"type":"object","properties":{\#(inputMembers)},"required":["inputName","productOrPackaging",
        "weight","weightUnit"]},
        "InputDrafts":{"type":"object","properties":{"inputs":{"type":"array",
        "items":{"$ref":"#/components/schemas/InputDraft"},"minItems":1,"maxItems":1000}},"required":["inputs"]},
        "InputEdit":{"type":"object","properties":{"id":{"type":"string","format":"uuid"},\#(inputMembers)}},
        "InputEdits":{"type":"object","properties":{"inputs":{"type":"array","items":{"type":"object",
        "properties":{"id":{"type":"string","format":"uuid"},\#(inputMembers)},"required":["id"]},"minItems":1,
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
        "DataSourceDraft":{"type":"object","properties":{\#(sourceMembers),"buId":{"type":["string","null"],
        "format":"uuid"}},"required":["name","userEmail"]},
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
        "UploadCompletion":{"type":"object","properties":{"fileName":{"type":"string"},"parts":{"type":"array",
        "items":{"oneOf":[\#(part),{"type":"array","items":\#(part)}]},"minItems":1}},"required":["parts"]},
        "UploadStatus":{"type":"object","properties":{"status":{"type":"string"}},"required":["status"]},
        "ExportWish":{"type":"object","properties":{"filters":{"type":"object",
        "properties":{"startDate":{"type":"string","format":"date"},"endDate":{"type":"string","format":"date"},
        "financialYears":{"type":"array","items":{"type":"integer"},"minItems":1,"maxItems":50}}},
        "format":{"type":"object","properties":{"type":{"type":"string","description":"CSV or JSON, in any case"},
        "compression":{"type":"string","description":"none, or auto for the same"},"partitionedBy":{"type":"array",
        "items":{"type":"string"},"maxItems":1}}}},"required":["filters"]},
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
        "CloudEvent":{"type":"object","properties":{"type":{"type":"string"},"specversion":{"const":"1.0"},
        "id":{"type":"string"},"source":{"type":"string"},"time":{"type":"string","format":"date-time"},
        "data":{"type":"object"}},"required":["type","specversion","id","source","time","data"]},
        "FootprintCalculation":{"type":"object","properties":{"year":{"type":"integer","minimum":1990,"maximum":2100}},
        "required":["year"]},
        "Share":{"type":"object","properties":{"organizationId":{"type":"string","format":"uuid"}},
        "required":["organizationId"]},
        "Shares":{"type":"object","properties":{"organizations":{"type":"array","items":{"type":"object",
        "properties":{"id":{"type":"string","format":"uuid"}},"required":["id"]}}},"required":["organizations"]}
        }
        """#

    // MARK: - Members that several have

    private static let facilityMembers = #"""
        "buId":{"type":"string","format":"uuid"},"name":{"type":"string"},"hasAddress":{"type":"boolean"},
        "addressLine1":{"type":["string","null"]},"addressLine2":{"type":["string","null"]},
        "postalCode":{"type":["string","null"]},"city":{"type":["string","null"]},"region":{"type":["string","null"]},
        "country":{"type":["string","null"]},"countrySub":{"type":["string","null"]},"effectiveDate":{"type":"string",
        "format":"date"},"employeeCount":{"type":["integer","null"],"minimum":0},"capacity":{"oneOf":[\#(exact),
        {"type":"null"}]},"boundaryIndicator":{"type":"string","enum":\#(words(FacilityWords.boundaries))},
        "isOpen":{"type":"boolean"},"ownershipType":{"type":"string","enum":\#(words(FacilityWords.ownershipTypes))}
        """#

    private static let productMembers = #"""
        "productKey":{"type":"string"},"name":{"type":"string"},"description":{"type":["string","null"]},
        "category":{"type":["string","null"]},"declaredUnit":{"type":"string"},"weightPerDeclaredUnit":\#(exact),
        "weightUnit":{"type":"string","enum":\#(words(WeightUnit.names))},"additionalData":{"type":"object"}
        """#

    private static let structureMembers = #"""
        "productId":{"type":"string","format":"uuid"},"validFrom":{"type":"string","format":"date"},
        "facilityName":{"type":"string"},"routeDescription":{"type":["string","null"]},
        "customerStructureId":{"type":"string"}
        """#

    private static let inputMembers = #"""
        "structureId":{"type":"string","format":"uuid"},"inputCode":{"type":["string","null"]},
        "inputName":{"type":"string"},"inputCategory":{"type":["string","null"]},"inputSubCategory":{"type":["string",
        "null"]},"productOrPackaging":{"type":"string","enum":\#(words(StructureInput.kinds))},"weight":\#(exact),
        "weightUnit":{"type":"string","enum":\#(words(WeightUnit.names))},"sourceCountry":{"type":["string","null"]},
        "supplierCountryCode":{"type":["string","null"]},"supplierName":{"type":["string","null"]},
        "recyclePercentage":{"oneOf":[\#(exact),{"type":"null"}]},"downstreamInputType":{"oneOf":[{"type":"string",
        "enum":\#(words(StructureInput.downstreamTypes))},{"type":"null"}]},"noOfUses":{"oneOf":[\#(exact),
        {"type":"null"}]},"additionalData":{"type":"object"}
        """#

    private static let sourceMembers = #"""
        "name":{"type":"string"},"userEmail":{"type":"string"},"startDate":{"type":["string","null"],"format":"date"},
        "endDate":{"type":["string","null"],"format":"date"},"updateFrequency":{"oneOf":[{"type":"string",
        "enum":["yearly","quarterly","monthly","fortnightly","weekly"]},{"type":"null"}]},"methods":{"type":"array",
        "items":{"type":"string"}},"activities":{"type":"array","items":{"type":"string"}}
        """#

    private static let refusalMembers = #"""
        "errors":{"type":"array","items":{"$ref":"#/components/schemas/Finding"}},"scope":{"type":"string"},
        "request_id":{"type":"string","format":"uuid"}
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

    private static let exact = #"""
        {"type":["number","string"],
        "description":"A number, also as a text: at most \#(Exact.mostWhole) digits before and \#(Exact.mostFraction) behind the point."}
        """#

    /// The words that the API takes, as a list in JSON.
    private static func words(_ all: [String]) -> String { JSONValue.texts(all).description }
}

/// What a credential must hold for an operation, by the names of `Products/altruistiq.yaml`.
enum APIScope: String, CaseIterable, Sendable {
    case facilitiesRead = "facilities.read"
    case facilitiesWrite = "facilities.write"
    case productsRead = "products.read"
    case productsWrite = "products.write"
    case dataSourcesRead = "data-sources.read"
    case dataSourcesWrite = "data-sources.write"
    case corporateFootprint = "corporate-footprint.export"
    case productFootprint = "product-footprint.export"
}

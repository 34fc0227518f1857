import Model
import ProductDefinition

extension ConsolePage {
    static let organizations = ConsolePage(.organizations)
    static let newOrganization = ConsolePage(.organizations, "/new", needs: .organizationsManage)
    static let renameOrganization = ConsolePage(.organizations, "/rename", needs: .organizationsManage)
    static let deleteOrganization = ConsolePage(.organizations, "/delete", needs: .organizationsManage)
}

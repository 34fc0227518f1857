import Model
import ProductDefinition

extension ConsolePage {
    static let connections = ConsolePage(.connections)
    static let newConnection = ConsolePage(.connections, "/new", needs: .connectionsManage)
    static let connectTo = ConsolePage(.connections, "/new/{provider}", needs: .connectionsManage)
    static let connection = ConsolePage(.connections, "/{id}")
    static let connectionHistory = ConsolePage(.connections, "/{id}/history")
    static let connectionPromises = ConsolePage(.connections, "/{id}/promises")
    static let connectionActivity = ConsolePage(.connections, "/{id}/activity", needs: .auditEventsRead)
    static let reconnect = ConsolePage(.connections, "/{id}/reconnect", needs: .connectionsManage)
    static let renewConnection = ConsolePage(.connections, "/{id}/renew", needs: .connectionsManage)
    static let disconnect = ConsolePage(.connections, "/{id}/disconnect", needs: .connectionsManage)
}

@testable import WebConsole

extension PageLine {
    private static let connectionReaders: Set<Role> = [.owner, .auditor]
    private static let connectionManagers: Set<Role> = [.owner]

    /// They are held without a server of their own: what they are about comes from a provider.
    static let connections: [PageLine] = [
        PageLine(.connections, connectionReaders),
        PageLine(.newConnection, connectionManagers),
        PageLine(.connectTo, connectionManagers),
        PageLine(.post, .connectTo, connectionManagers),
        PageLine(.connection, connectionReaders),
        PageLine(.connectionHistory, connectionReaders),
        PageLine(.connectionPromises, connectionReaders),
        PageLine(.connectionActivity, connectionReaders),
        PageLine(.post, .reconnect, connectionManagers),
        PageLine(.post, .renewConnection, connectionManagers),
        PageLine(.disconnect, connectionManagers),
        PageLine(.post, .disconnect, connectionManagers),
    ]
}

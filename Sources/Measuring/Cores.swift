import CProcessors
import Glibc

/// The cores of the machine, for what each of them has of its own (record 0045).
package enum Cores {
    /// Numbers of one thing for more cores than these are not worth their memory.
    private static let most = 16

    /// How many there are, from 1 to 16: what lies beyond shares.
    package static let count = min(max(1, sysconf(Int32(_SC_NPROCESSORS_CONF))), most)

    /// The one that this thread runs on, from 0. The thread may go on on another one at any moment.
    package static var current: Int { Int(max(0, sched_getcpu())) % count }
}

#if CLAVIGER_SANITIZER
    import Glibc

    /// A mutex with the value that it guards: POSIX threads' own, which sanitizers know. Swift's `Mutex` is a bare futex, and the
    /// thread sanitizer takes everything behind one for a race.
    public struct Lock<Value: ~Copyable>: ~Copyable, @unchecked Sendable {
        private let mutex: UnsafeMutablePointer<pthread_mutex_t>
        private let value: UnsafeMutablePointer<Value>

        /// A lock that nobody holds.
        public init(_ value: consuming sending Value) {
            mutex = .allocate(capacity: 1)
            mutex.initialize(to: pthread_mutex_t())
            precondition(pthread_mutex_init(mutex, nil) == 0)
            self.value = .allocate(capacity: 1)
            self.value.initialize(to: value)
        }

        deinit {
            pthread_mutex_destroy(mutex)
            mutex.deallocate()
            value.deinitialize(count: 1)
            value.deallocate()
        }

        /// Runs `body` with the value while nobody else does.
        public borrowing func withLock<Result: ~Copyable, Failure: Error>(
            _ body: (inout sending Value) throws(Failure) -> sending Result
        ) throws(Failure) -> sending Result {
            precondition(pthread_mutex_lock(mutex) == 0)
            defer { pthread_mutex_unlock(mutex) }
            return try body(&value.pointee)
        }
    }
#else
    public import Synchronization

    /// A mutex with the value that it guards: Swift's `Mutex` under the one name that all of us use, so that a build for a
    /// sanitizer can put another in its place.
    ///
    /// Public, unlike all else of ours: Swift 6.3 does not specialize a package's generic functions in other modules, and each
    /// locking would be a call that looks up its types.
    public struct Lock<Value: ~Copyable>: ~Copyable {
        @usableFromInline let mutex: Mutex<Value>

        /// A lock that nobody holds.
        @inlinable
        public init(_ value: consuming sending Value) {
            mutex = Mutex(value)
        }

        /// Runs `body` with the value while nobody else does.
        @inlinable
        public borrowing func withLock<Result: ~Copyable, Failure: Error>(
            _ body: (inout sending Value) throws(Failure) -> sending Result
        ) throws(Failure) -> sending Result {
            try mutex.withLock(body)
        }
    }

    extension Lock: Sendable where Value: ~Copyable {}
#endif

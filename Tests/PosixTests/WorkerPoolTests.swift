import Posix
import Testing

struct WorkerPoolTests {
  @Test("every job is done once", .timeLimit(.minutes(1)))
  func completes() {
    let pool = WorkerPool("test", threads: 4, idleSeconds: 0.01)
    let done = Monitor([Int](repeating: 0, count: 1_000))
    for number in 0..<1_000 {
      #expect(pool.submit { done.update { $0[number] += 1 } })
    }

    let counts = done.wait { $0.allSatisfy { $0 > 0 } ? $0 : nil }

    #expect(counts == Array(repeating: 1, count: 1_000))
  }

  @Test("jobs that block do not hold up others while there are threads", .timeLimit(.minutes(1)))
  func elastic() {
    let pool = WorkerPool("test", threads: 8)
    let released = Monitor(false)
    let blocked = Monitor(0)
    for _ in 0..<7 {
      pool.submit {
        blocked.update { $0 += 1 }
        released.wait { $0 ? () : nil }
        blocked.update { $0 -= 1 }
      }
    }
    blocked.wait { $0 == 7 ? () : nil }
    let done = Monitor(false)

    pool.submit { done.update { $0 = true } }

    done.wait { $0 ? () : nil }
    released.update { $0 = true }
    blocked.wait { $0 == 0 ? () : nil }
  }

  @Test("a full queue refuses a job", .timeLimit(.minutes(1)))
  func bound() {
    let pool = WorkerPool("test", threads: 1, queueLimit: 2)
    let released = Monitor(false)
    let started = Monitor(false)
    pool.submit {
      started.update { $0 = true }
      released.wait { $0 ? () : nil }
    }
    started.wait { $0 ? () : nil }

    #expect(pool.submit {})
    #expect(pool.submit {})
    #expect(!pool.submit {})
    released.update { $0 = true }
  }

  @Test("a pool whose threads have ended starts new ones", .timeLimit(.minutes(1)))
  func restarts() {
    let pool = WorkerPool("test", threads: 2, idleSeconds: 0)
    for _ in 0..<200 {
      let done = Monitor(false)
      pool.submit { done.update { $0 = true } }
      done.wait { $0 ? () : nil }
    }
  }
}

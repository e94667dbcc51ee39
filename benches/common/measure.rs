//! Wall time, processor time and memory of a piece of work.

use std::time::{Duration, Instant};

/// Ticks of `/proc/PID/stat`: 100 a second on every Linux we know.
const TICKS_PER_SECOND: f64 = 100.0;
const REPEATED_FOR: Duration = Duration::from_millis(500);

/// Whose processor time and memory count.
#[derive(Debug, Clone, Copy)]
pub enum Process {
    Own,
    Other(u32),
}

impl Process {
    fn file(self, name: &str) -> String {
        match self {
            Process::Own => format!("/proc/self/{name}"),
            Process::Other(pid) => format!("/proc/{pid}/{name}"),
        }
    }

    /// User and system time so far.
    fn cpu_seconds(self) -> f64 {
        let stat = std::fs::read_to_string(self.file("stat")).unwrap();
        // Fields are counted from after the command's name, which may hold spaces.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        let ticks = |field: usize| fields[field].parse::<f64>().unwrap();
        (ticks(11) + ticks(12)) / TICKS_PER_SECOND
    }

    /// A line of `/proc/PID/status` in MiB: `VmHWM` (the peak) or `VmRSS` (now).
    pub fn memory_mib(self, key: &str) -> f64 {
        let status = std::fs::read_to_string(self.file("status")).unwrap();
        let line = status.lines().find(|line| line.starts_with(key)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
    }

    /// Lets the peak begin again at what is used now.
    fn forget_peak(self) {
        // Without the right to do so, the peak is the whole process's: never too small.
        let _ = std::fs::write(self.file("clear_refs"), "5");
    }
}

/// One piece of work, done once.
#[derive(Debug, Clone)]
pub struct Run {
    pub items: u64,
    pub wall_seconds: f64,
    pub cpu_seconds: f64,
    /// The most memory resident while it ran.
    pub peak_mib: f64,
    /// How much more that was than before it began.
    pub grown_mib: f64,
    /// How long each request took, where there were requests.
    pub latencies: Vec<Duration>,
}

impl Run {
    /// Measures `work`, which returns how many items it did and how long each request took.
    pub fn of(process: Process, work: impl FnOnce() -> (u64, Vec<Duration>)) -> Run {
        process.forget_peak();
        let resident = process.memory_mib("VmRSS");
        let cpu = process.cpu_seconds();
        let begin = Instant::now();
        let (items, latencies) = work();
        let wall_seconds = begin.elapsed().as_secs_f64();
        let peak_mib = process.memory_mib("VmHWM");
        let grown_mib = (peak_mib - resident).max(0.0);
        Run { items, wall_seconds, cpu_seconds: process.cpu_seconds() - cpu, peak_mib, grown_mib, latencies }
    }

    /// The same in this process, without requests.
    pub fn here(work: impl FnOnce() -> u64) -> Run {
        Run::of(Process::Own, || (work(), Vec::new()))
    }

    /// The same for work too short for a clock of ticks: done again and again for a while.
    pub fn repeated(mut work: impl FnMut() -> u64) -> Run {
        Run::here(|| {
            let begin = Instant::now();
            let mut items = work();
            while begin.elapsed() < REPEATED_FOR {
                items += work();
            }
            items
        })
    }

    pub fn per_second(&self) -> f64 {
        self.items as f64 / self.wall_seconds
    }

    /// Items a second of processor time: what one core does that nobody shares.
    pub fn per_cpu_second(&self) -> f64 {
        self.items as f64 / self.cpu_seconds.max(1.0 / TICKS_PER_SECOND)
    }

    /// The latency below which `share` of the requests lie, in milliseconds.
    pub fn latency_ms(&self, share: f64) -> f64 {
        let mut sorted = self.latencies.clone();
        sorted.sort_unstable();
        let index = ((sorted.len().max(1) - 1) as f64 * share) as usize;
        sorted.get(index).map_or(0.0, |latency| latency.as_secs_f64() * 1e3)
    }
}

/// Does each of `works` in turn, [`super::rounds`] times, and returns each one's run with the median rate: whatever
/// disturbs the machine then disturbs the limit as well.
pub fn in_turn<const N: usize>(mut works: [&mut dyn FnMut() -> Run; N]) -> [Run; N] {
    let mut runs: [Vec<Run>; N] = std::array::from_fn(|_| Vec::new());
    for _ in 0..super::rounds() {
        for (work, runs) in works.iter_mut().zip(&mut runs) {
            runs.push(work());
        }
    }
    runs.map(|mut runs| {
        runs.sort_by(|a, b| a.per_second().total_cmp(&b.per_second()));
        let middle = runs.len() / 2;
        runs.swap_remove(middle)
    })
}

// Package fltest stores the results of Go tests while they run. It takes one
// line:
//
//	func TestMain(m *testing.M) {
//		fltest.Main(m, os.Getenv("METRICS_DB_URI"), fltest.Options{})
//	}
//
// Without a database the tests run as ever. With one, every test that passes,
// fails or is skipped becomes the rows that package testrun describes, the same
// that reading the output of go test -json would give. A test may say what it
// is about:
//
//	func TestRetriesAfterTimeout(t *testing.T) {
//		fltest.Pattern(t, "retry")
//		…
//
// # How it works
//
// [Main] starts the test binary a second time, with the same arguments, and
// reads what it writes. So even what a test did that took the process down, by
// a panic, os.Exit or its timeout, is known and stored, and nothing of the
// recording goes on in the process that is tested. The price is that what a
// program does before it calls Main, be it in variables of packages, is done
// twice; what prepares the tests belongs into the Run method of what Main is
// given. A debugger sees the first process only: leave out the database when
// you need one.
//
// Binaries that the tests start of themselves are not recorded again. Nor is
// anything recorded of benchmarks and fuzzing, which would be disturbed, and of
// results that go test takes from its cache: it does not run these tests. To
// have them all, say -count=1.
//
// A test binary that records contains the database drivers: some 20 MB, which
// take the linker a second. Packages that should stay without them, or are too
// many, are recorded by the program gotest, which reads go test -json.
//
// Recording never decides about the tests. They do not wait for the database,
// which has half a minute more when they have ended, and their exit code is the
// one that counts. What could not be stored is said on standard error, which go
// test shows of a package that passed only with -v or when it is the only one.
package fltest

// Package sample writes data that looks like the life of three organizations
// over some months, into the tables of both schemas. Pictures and KPIs of an
// empty database show nothing; with the sample each has something to say.
//
// The same options give the same rows, to the last byte, on both databases.
// What they tell:
//
//   - Version 2 of input_validation, a little after the middle of the period,
//     makes generated code succeed more often; so does parameterized_sql later.
//   - Of three tools one, editor-plugin, is far surer of its code than it
//     should be. The others know well when it will fail.
//   - Code made with more than five patterns at once fails more often.
//   - Some code that succeeded fails later, and tests, reviews, bugs and issues
//     of deployments name the generation that it comes from: tests within two
//     days, bugs within forty. Code of editor-plugin fails more often than that
//     of the others, and code with version 2 of input_validation less often than
//     code with version 1.
//   - A test of the project ledger is flaky.
//   - In one week, at seven tenths of the period, deployments of the project
//     checkout go wrong: charges are booked twice.
//   - Severe review findings and bugs become fewer. Weekends are quiet.
//   - Most patterns of the libraries are in daily use, a few are retired, new
//     or without a test.
package sample

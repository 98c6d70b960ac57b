// Package export writes the events of a database as files: the JSON of
// feedback-loop, JSON Lines or CSV.
//
// The first two hold all that the six event tables know, event keys included,
// so that importing them (package ingest) restores every event in an empty
// database, and adds nothing where the events are already. Ids are left out,
// and organizations too: both have a meaning in their own database only.
//
// Events stand in the order of their keys. Equal content therefore gives equal
// bytes, whichever database it comes from; see [Digest]. Events that are stored
// while an export runs may or may not be in it.
package export

package metrics

// NoPattern stands for the pattern of an event whose column is NOT NULL while
// nobody said which pattern it is: findings of tools that know no patterns.
// Views write the same where a pattern is NULL.
const NoPattern = "(none)"

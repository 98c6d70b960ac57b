package kpi

// TQuantile lets the tests compare the quantile alone.
var TQuantile = tQuantile

package kpi

const tolerance = 1e-12

package kpi

import "fmt"

// RateRatio returns the exact interval of the ratio of two Poisson rates,
// a/b, after both were watched for equally long. Where it excludes 1 the rates
// differ. Without events of b the ratio has no upper end, and there is no
// interval: [ErrNoData].
//
// Given the total, a's count is binomial; the bounds are those of
// [ClopperPearson] turned into odds. Source: Przyborowski and Wilenski,
// Biometrika 31 (1940).
func RateRatio(a, b int64) (Interval, error) {
	if a < 0 || b < 0 {
		return Interval{}, fmt.Errorf("kpi: %d and %d events", a, b)
	}
	if b == 0 {
		return Interval{}, ErrNoData
	}
	share := clopperPearson(a, a+b)
	return interval(share.Lower/(1-share.Lower), share.Upper/(1-share.Upper), MethodRateRatio), nil
}

package kpi_test

import (
	"fmt"

	"github.com/doronpers/feedback-loop-go/kpi"
)

func ExampleWilson() {
	i, err := kpi.Wilson(17, 20)
	if err != nil {
		panic(err)
	}
	fmt.Printf("17 of 20: %.3f to %.3f\n", i.Lower, i.Upper)
	// Output: 17 of 20: 0.640 to 0.948
}

func ExampleClopperPearson() {
	i, err := kpi.ClopperPearson(0, 10)
	if err != nil {
		panic(err)
	}
	fmt.Printf("none of 10: %.3f to %.3f\n", i.Lower, i.Upper)
	// Output: none of 10: 0.000 to 0.308
}

func ExampleJeffreys() {
	i, err := kpi.Jeffreys(8, 10)
	if err != nil {
		panic(err)
	}
	fmt.Printf("8 of 10: %.3f to %.3f\n", i.Lower, i.Upper)
	// Output: 8 of 10: 0.497 to 0.956
}

func ExampleStudent() {
	i, err := kpi.Student(0.82, 0.1, 16)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%.3f to %.3f\n", i.Lower, i.Upper)
	// Output: 0.767 to 0.873
}

func ExampleNewcombe() {
	i, err := kpi.Newcombe(56, 70, 48, 80)
	if err != nil {
		panic(err)
	}
	fmt.Printf("80 %% against 60 %%: %.3f to %.3f\n", i.Lower, i.Upper)
	// Output: 80 % against 60 %: 0.052 to 0.334
}

func ExampleGarwood() {
	i, err := kpi.Garwood(9)
	if err != nil {
		panic(err)
	}
	fmt.Printf("9 events: %.1f to %.1f\n", i.Lower, i.Upper)
	// Output: 9 events: 4.1 to 17.1
}

func ExampleRateRatio() {
	i, err := kpi.RateRatio(20, 8)
	if err != nil {
		panic(err)
	}
	fmt.Printf("20 against 8 events: %.2f to %.2f times as many\n", i.Lower, i.Upper)
	// Output: 20 against 8 events: 1.05 to 6.56 times as many
}

func ExampleFisher() {
	p, err := kpi.Fisher(9, 10, 3, 10)
	if err != nil {
		panic(err)
	}
	fmt.Printf("p = %.4f\n", p)
	// Output: p = 0.0198
}

func ExampleBenjaminiHochberg() {
	adjusted, err := kpi.BenjaminiHochberg([]float64{0.01, 0.04, 0.03, 0.2})
	if err != nil {
		panic(err)
	}
	fmt.Printf("%.3f\n", adjusted)
	// Output: [0.040 0.053 0.053 0.200]
}

func ExampleKish() {
	m, err := kpi.Kish([]kpi.Weighted{{Value: 0.9, Weight: 100}, {Value: 0.5, Weight: 10}, {Value: 0.7, Weight: 50}})
	if err != nil {
		panic(err)
	}
	fmt.Printf("%.3f, as sure as from %.1f equal values\n", m.Mean, m.Effective)
	// Output: 0.812, as sure as from 2.0 equal values
}

func ExampleMannKendall() {
	trend, err := kpi.MannKendall([]float64{12, 10, 11, 9, 9, 7, 8, 6, 5, 6, 3, 2})
	if err != nil {
		panic(err)
	}
	fmt.Printf("%s, p = %.6f, %.2f a period\n", trend.Verdict, trend.P, *trend.Slope)
	// Output: decreasing, p = 0.000004, -0.86 a period
}

func ExampleQuantile() {
	p95, err := kpi.Quantile([]float64{12, 15, 11, 240}, 0.95)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%.2f ms\n", p95)
	// Output: 206.25 ms
}

func ExampleSum() {
	fmt.Println(kpi.Sum([]float64{0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1}))
	// Output: 1
}

func ExampleCalibration() {
	samples := []kpi.Sample{
		{Confidence: 0.95, Success: true},
		{Confidence: 0.95, Success: false},
		{Confidence: 0.65, Success: true},
		{Confidence: 0.65, Success: true},
	}
	c, err := kpi.Calibration(samples, kpi.CalibrationOptions{})
	if err != nil {
		panic(err)
	}
	fmt.Printf("error %.2f, bias %+.2f; a perfect source would show %.2f\n", c.ECE, c.Bias, c.NoiseFloor)
	// Output: error 0.40, bias +0.05; a perfect source would show 0.20
}

func ExampleTally() {
	var monday, tuesday kpi.Tally
	for range 40 {
		if err := monday.Add(kpi.Sample{Confidence: 0.9, Success: true}); err != nil {
			panic(err)
		}
		if err := tuesday.Add(kpi.Sample{Confidence: 0.9, Success: false}); err != nil {
			panic(err)
		}
	}
	monday.Merge(tuesday)
	c, err := monday.Calibration(kpi.CalibrationOptions{})
	if err != nil {
		panic(err)
	}
	fmt.Printf("%d samples, error %.1f\n", monday.N(), c.ECE)
	// Output: 80 samples, error 0.4
}

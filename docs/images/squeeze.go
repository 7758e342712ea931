//go:build ignore

// Squeeze makes the guide's pictures out of the screens that the browser tests took: the chosen ones, with a palette of 256 colours.
//
//	go run docs/images/squeeze.go web/ui/browser/screens docs/images
package main

import (
	"cmp"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// pages are those of the tests of all pages that the guide shows; the story of the first half hour takes its own.
var pages = []string{"main", "telephony", "versions", "limits", "tokens"}

func main() {
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "squeeze:", err)
		os.Exit(1)
	}
}

func run(from, to string) error {
	screens, err := filepath.Glob(filepath.Join(from, "guide-*.png"))
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, s := range screens {
		names[strings.TrimPrefix(filepath.Base(s), "guide-")] = s
	}
	for _, lang := range []string{"ru", "en"} {
		for _, p := range pages {
			names[lang+"-"+p+".png"] = filepath.Join(from, "desktop-"+lang+"-"+p+".png")
		}
	}
	for name, screen := range names {
		if err := squeeze(screen, filepath.Join(to, name)); err != nil {
			return err
		}
	}
	return nil
}

func squeeze(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	img, err := png.Decode(in)
	if err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(out, paletted(img)); err != nil {
		return err
	}
	return out.Close()
}

// bin is a colour without its last bits, which nobody sees on a screen of text.
type bin [3]uint8

func binOf(c color.Color) bin {
	r, g, b, _ := c.RGBA()
	return bin{uint8(r >> 8 &^ 3), uint8(g >> 8 &^ 3), uint8(b >> 8 &^ 3)}
}

// chosen takes the half of a palette that is most frequent, and then, one by one, what would be shown most wrongly without it: the red of
// a small cross is rare and must stay red.
func chosen(bins []bin, count func(bin) int) []bin {
	const size = 256
	if len(bins) <= size {
		return bins
	}
	out := slices.Clone(bins[:size/2])
	rest := bins[size/2:]
	far := make([]int, len(rest))
	for i, k := range rest {
		far[i] = distance(k, out[0])
		for _, o := range out {
			far[i] = min(far[i], distance(k, o))
		}
	}
	for len(out) < size {
		worst := 0
		for i := range rest {
			if far[i]*count(rest[i]) > far[worst]*count(rest[worst]) {
				worst = i
			}
		}
		out = append(out, rest[worst])
		for i, k := range rest {
			far[i] = min(far[i], distance(k, rest[worst]))
		}
	}
	return out
}

func distance(a, b bin) int {
	sum := 0
	for i := range a {
		d := int(a[i]) - int(b[i])
		sum += d * d
	}
	return sum
}

// paletted gives every pixel the nearest of the chosen colours.
func paletted(img image.Image) *image.Paletted {
	type seen struct {
		n     int
		exact map[color.RGBA]int
	}
	found := map[bin]*seen{}
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := color.RGBAModel.Convert(img.At(x, y)).(color.RGBA)
			s := found[binOf(c)]
			if s == nil {
				s = &seen{exact: map[color.RGBA]int{}}
				found[binOf(c)] = s
			}
			s.n++
			s.exact[c]++
		}
	}
	bins := make([]bin, 0, len(found))
	for k := range found {
		bins = append(bins, k)
	}
	slices.SortFunc(bins, func(a, b bin) int { return cmp.Or(found[b].n-found[a].n, slices.Compare(a[:], b[:])) })
	bins = chosen(bins, func(k bin) int { return found[k].n })
	var palette color.Palette
	for _, k := range bins {
		var most color.RGBA
		for c, n := range found[k].exact {
			if n > found[k].exact[most] || n == found[k].exact[most] && (c.R < most.R || c.G < most.G || c.B < most.B) {
				most = c
			}
		}
		palette = append(palette, most)
	}
	index := map[bin]uint8{}
	for k := range found {
		index[k] = uint8(palette.Index(color.RGBA{k[0] | 2, k[1] | 2, k[2] | 2, 255}))
	}
	for i, k := range bins {
		index[k] = uint8(i)
	}
	out := image.NewPaletted(b, palette)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			out.SetColorIndex(x, y, index[binOf(img.At(x, y))])
		}
	}
	return out
}

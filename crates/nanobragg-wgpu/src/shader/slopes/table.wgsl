// Derivatives by all structure factors: a pixel depends on few nodes, of which it keeps a list. The rows from FIRST_TABLE on
// have the sums, those from FIRST_PLACES on the places of the nodes in the table, and NODE_COUNT their number, one more than there is
// room for where some have none.

// Takes over what terms at a node have added.
fn put_down(slot: u32, place: u32, sum: real) {
    if sum == real(0.0) {
        return;
    }
    let step = dispatch.band_sums;
    let at_count = NODE_COUNT * step + slot;
    let count = u32(sums[at_count]);
    let number = real(place);
    for (var i = 0u; i < min(count, MOST_PLACES); i++) {
        if sums[(FIRST_PLACES + i) * step + slot] == number {
            take_over(slot, FIRST_TABLE + i, sum);
            return;
        }
    }
    if count < MOST_PLACES {
        sums[(FIRST_PLACES + count) * step + slot] = number;
        take_over(slot, FIRST_TABLE + count, sum);
    }
    sums[at_count] = real(min(count, MOST_PLACES) + 1u);
}

// Linear layer: x [rows, INPUTS], weights [INPUTS, OUTPUTS] → y [rows, OUTPUTS], with what stands
// before and after it in a block: layer norm of x, then bias, GELU or residual.
//
// An invocation owns a tile of TILE_ROWS rows and TILE_COLUMNS vectors of columns, in registers.
// Nothing is shared: each value that an invocation loads it multiplies TILE_ROWS or
// 4 TILE_COLUMNS times, which is what counts where loads are dear (a processor that imitates a
// graphics processor) and what caches make cheap elsewhere, up to widths of some hundreds. For
// wider ones there is linear_shared.wgsl.
//
// The lines between `// repeat RR < TILE_ROWS` and its `// end` are repeated by the host with RR
// (CC) replaced by 0, 1, … before it compiles the text: registers have names, not indices.
//
// Layer norm needs no pass of its own: with columns' sums s_c = Σ_k gamma_k W_kc and the bias
// b_c + Σ_k beta_k W_kc made once by the host,
//   Σ_k ((x_k − µ) r gamma_k + beta_k) W_kc + b_c = r (Σ_k x_k gamma_k W_kc − µ s_c) + bias_c,
// and the mean µ and r = 1 / √(variance + 1e-5) come from sums taken in the same loop over k. All of
// it is of x less a pivot, the mean of the row's first four: layer norm doesn't see it, and a mean
// far larger than the deviation would otherwise leave few digits of the variance.
//
// Constants, from crates/kernels/src/gpu/linear.rs:
//   INPUTS, OUTPUTS  multiples of 4
//   NORM             1: layer norm of x first; 0: none
//   EPILOGUE         0: none; 1: GELU; 2: residual, y += …
//   TILE_ROWS        rows of an invocation
//   TILE_COLUMNS     vectors of four columns of an invocation
//   LANES            invocations of a workgroup, at most 256
// Launch: ⌈rows / TILE_ROWS⌉ · ⌈OUTPUTS / 4 TILE_COLUMNS⌉ invocations in one flat grid.
// Bindings are declared by shared/linear.wgsl, and the weights by shared/weight_f32.wgsl,
// weight_f16.wgsl or weight_i8.wgsl.
// Shared memory: none.

const COLUMN_TILES: u32 = (Y_ROW + TILE_COLUMNS - 1u) / TILE_COLUMNS;

@compute @workgroup_size(LANES, 1, 1)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let item = flat_workgroup(workgroup, workgroups) * LANES + lane;
    let row = (item / COLUMN_TILES) * TILE_ROWS;
    let column = (item % COLUMN_TILES) * TILE_COLUMNS;
    if row >= sizes.rows {
        return;
    }

    // Rows and columns past the last repeat it, and write nothing.
    // repeat RR < TILE_ROWS
    let start_RR = (sizes.first_row + min(row + RRu, sizes.rows - 1u)) * X_ROW;
    // Of the row's values, and of their squares
    var total_RR = 0.0;
    var squares_RR = 0.0;
    var pivot_RR = 0.0;
    if NORM == 1u {
        pivot_RR = pivot(start_RR);
    }
    // repeat CC < TILE_COLUMNS
    var sum_RR_CC = vec4<f32>(0.0);
    // end
    // end
    // repeat CC < TILE_COLUMNS
    let column_CC = min(column + CCu, Y_ROW - 1u);
    // end

    for (var k = 0u; k < X_ROW; k++) {
        // repeat RR < TILE_ROWS
        var x_RR = x[start_RR + k];
        // end
        if NORM == 1u {
            let gain = gamma[k];
            // repeat RR < TILE_ROWS
            x_RR -= pivot_RR;
            total_RR += dot(x_RR, vec4<f32>(1.0));
            squares_RR += dot(x_RR, x_RR);
            x_RR *= gain;
            // end
        }
        // repeat CC < TILE_COLUMNS
        let weights_CC = transpose(mat4x4<f32>(
            weight(4u * k, column_CC),
            weight(4u * k + 1u, column_CC),
            weight(4u * k + 2u, column_CC),
            weight(4u * k + 3u, column_CC),
        ));
        // repeat RR < TILE_ROWS
        sum_RR_CC += x_RR * weights_CC;
        // end
        // end
    }

    // repeat RR < TILE_ROWS
    let mean_RR = total_RR / f32(INPUTS);
    let scale_RR = norm_scale(mean_RR, squares_RR);
    // end
    // repeat RR < TILE_ROWS
    if row + RRu < sizes.rows {
        let at = (row + RRu) * Y_ROW;
        // repeat CC < TILE_COLUMNS
        if Y_ROW % TILE_COLUMNS == 0u || column + CCu < Y_ROW {
            y[at + column_CC] = finished(sum_RR_CC, mean_RR, scale_RR, at, column_CC);
        }
        // end
    }
    // end
}
